package hanse.node.malpractice;

import hanse.error.v1.Reason;
import hanse.federation.v1.MalpracticeAnswered;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Incoming;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.peer.MessageIds;
import java.util.Optional;
import java.util.UUID;

/// An agent of a peer answers a record that this registry keeps. Its registry speaks for it, and for nobody else.
final class AnswerReceived implements Decision {
    private final Parties parties;
    private final MalpracticeStore store;
    private final Incoming message;
    private final Optional<UUID> id;

    AnswerReceived(Parties parties, MalpracticeStore store, Incoming message) {
        this.parties = parties;
        this.store = store;
        this.message = message;
        this.id = MessageIds.parse(answered().getMalpracticeId());
    }

    private MalpracticeAnswered answered() {
        return message.message().getMalpracticeAnswered();
    }

    @Override
    public void rows(Rows rows) {
        id.ifPresent(record -> rows.want(store, record));
    }

    @Override
    public Verdict decide(Books books) {
        Malpractice before = id.flatMap(record -> books.rows().get(store, record))
                .filter(record -> record.registry().equals(parties.self())
                        && record.report().reported().registry().equals(message.peer()))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_MALPRACTICE));
        Malpractice after = before.answered(MalpracticeWire.read(answered().getAnswer()));
        books.rows().update(store, after.id(), after);
        MalpracticeEvents.answered(books, parties, after);
        return DONE;
    }
}
