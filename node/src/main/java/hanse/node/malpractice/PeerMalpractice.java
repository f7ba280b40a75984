package hanse.node.malpractice;

import hanse.federation.v1.MalpracticeAnswered;
import hanse.federation.v1.MalpracticeShown;
import hanse.federation.v1.Message;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RegistryId;
import hanse.node.federation.Federation;
import hanse.node.federation.MessageId;
import hanse.node.federation.Outgoing;
import hanse.node.ledger.Books;
import hanse.node.ledger.GroupCommit;
import hanse.peer.MessageIds;
import hanse.peer.VerifiedOutcome;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Records between registries. At the reporter's, which keeps them: they are shown to the reported agent's. There: the
/// answer is sent back.
final class PeerMalpractice {
    private final Federation federation;
    private final GroupCommit commit;
    private final Parties parties;
    private final MalpracticeStore store;

    /// Makes itself known to the federation, which must not have been started.
    PeerMalpractice(
            Federation federation,
            GroupCommit commit,
            Parties parties,
            MalpracticeStore store,
            List<Reportable> owners) {
        this.federation = federation;
        this.commit = commit;
        this.parties = parties;
        this.store = store;
        federation
                .routes()
                .decide(
                        Message.BodyCase.MALPRACTICE_SHOWN,
                        message -> new ShownReceived(parties, store, owners, message))
                .decide(Message.BodyCase.MALPRACTICE_ANSWERED, message -> new AnswerReceived(parties, store, message))
                .ask(Message.BodyCase.MALPRACTICE_SHOWN, this::decided)
                .ask(Message.BodyCase.MALPRACTICE_ANSWERED, this::decided);
    }

    /// Decides to show a record, as it stands, to the reported agent's registry, if that is a peer.
    void show(Books books, Malpractice record, Call call) {
        Did reported = record.report().reported();
        if (!parties.isLocal(reported)) {
            MalpracticeShown shown = MalpracticeShown.newBuilder()
                    .setRecord(MalpracticeWire.record(record).toBuilder()
                            .clearAnswer()
                            .clearDelivery()
                            .clearRefusal())
                    .build();
            send(books, reported.registry(), call, body -> body.setMalpracticeShown(shown));
        }
    }

    /// Decides to send an answer to the registry that keeps the record, if that is a peer.
    void answer(Books books, Malpractice record, Call call) {
        if (!record.registry().equals(parties.self())) {
            MalpracticeAnswered answered = MalpracticeAnswered.newBuilder()
                    .setMalpracticeId(MessageIds.bytes(record.id()))
                    .setAnswer(MalpracticeWire.testimony(record.answer().orElseThrow()))
                    .build();
            send(books, record.registry(), call, body -> body.setMalpracticeAnswered(answered));
        }
    }

    private void send(Books books, RegistryId peer, Call call, Consumer<Message.Builder> body) {
        UUID id = MessageId.of(books.now(), call.request().key());
        federation.messages().send(books, peer, id, call.traceparent(), body);
    }

    private CompletionStage<?> decided(Outgoing asked, VerifiedOutcome outcome) {
        return commit.submit(new RecordDelivery(store, federation.messages(), asked, outcome.outcome()));
    }
}
