package hanse.node.malpractice;

import hanse.error.v1.Reason;
import hanse.federation.v1.Outcome;
import hanse.node.federation.Frames;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerMessages;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Records what a peer says to a message about a record: whether it shows it. A repeat changes nothing.
record RecordDelivery(MalpracticeStore store, PeerMessages messages, Outgoing asked, Outcome outcome)
        implements InternalCommand<Boolean> {
    @Override
    public void rows(Rows rows) {
        shown().ifPresent(id -> rows.want(store, id));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Boolean decide(Books books) {
        messages.answered(books, asked);
        Optional<Reason> refused = outcome.hasRefused()
                ? Optional.of(Frames.reason(outcome.getRefused().getReason()))
                : Optional.empty();
        Optional<Malpractice> record = shown().flatMap(id -> books.rows().get(store, id));
        record.ifPresent(before -> books.rows().update(store, before.id(), before.delivered(refused)));
        return record.isPresent();
    }

    private Optional<UUID> shown() {
        return asked.message().hasMalpracticeShown()
                ? Optional.of(UUID.fromString(
                        asked.message().getMalpracticeShown().getRecord().getMalpracticeId()))
                : Optional.empty();
    }
}
