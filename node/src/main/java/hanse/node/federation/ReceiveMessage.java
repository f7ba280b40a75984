package hanse.node.federation;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.Refused;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Decides a message of a peer, once: a repeat gets the stored outcome before any other check, whatever has changed
/// since. Refuses, which decides nothing and makes the peer ask again, with `REQUEST_ID_REUSED` (the id was used for
/// another content), `UNKNOWN_PEER`, `PEER_REMOVED` or `RECONCILING`.
///
/// @param reconciling whether the books may lack what was decided before
/// @param digest SHA-256 of the message's bytes
record ReceiveMessage(
        RegistryId self,
        InboxStore inbox,
        PeerPositionStore positions,
        BooleanSupplier reconciling,
        Incoming message,
        ByteString digest,
        Decision decision)
        implements InternalCommand<Outcome> {
    @Override
    public void rows(Rows rows) {
        rows.want(positions, message.peer());
        rows.want(inbox, key());
        decision.rows(rows);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        if (rows.get(inbox, key()).isEmpty()) {
            decision.accounts(rows, wanted);
        }
    }

    @Override
    public Outcome decide(Books books) {
        Optional<InboxStore.Decided> stored = books.rows().get(inbox, key());
        if (stored.isPresent()) {
            Outcome outcome = stored.get().outcome();
            if (!outcome.getRequestDigest().equals(digest)) {
                throw new RefusedException(Reason.REQUEST_ID_REUSED);
            }
            return outcome;
        }
        if (reconciling.getAsBoolean()) {
            throw new RefusedException(Reason.RECONCILING);
        }
        PeerPosition position = books.rows()
                .get(positions, message.peer())
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
        if (!position.status().isLinked()) {
            throw new RefusedException(Reason.PEER_REMOVED);
        }
        Outcome.Builder outcome = Outcome.newBuilder()
                .setFrom(self.value())
                .setTo(message.peer().value())
                .setId(MessageIds.bytes(message.id()))
                .setRequestDigest(digest)
                .setDecidedAt(WireTime.of(books.now()));
        try {
            switch (books.orNothing(() -> decision.decide(books))) {
                case Decision.Verdict.Done done -> outcome.setAccepted(done.accepted());
                case Decision.Verdict.Declined declined -> outcome.setRefused(declined.refused());
            }
        } catch (RefusedException refusal) {
            outcome.setRefused(Refused.newBuilder().setReason(refusal.reason().name()));
        }
        Outcome decided = outcome.build();
        books.rows().insert(inbox, key(), new InboxStore.Decided(key(), decided, credited(decided)));
        return decided;
    }

    private Optional<InboxStore.Credited> credited(Outcome decided) {
        if (!decided.hasAccepted() || !message.message().hasCreditTransfer()) {
            return Optional.empty();
        }
        CreditTransfer credit = message.message().getCreditTransfer();
        return Optional.of(new InboxStore.Credited(Math.toIntExact(credit.getBucketDay()), credit.getAmountMicros()));
    }

    private InboxStore.Key key() {
        return new InboxStore.Key(message.id(), message.peer());
    }
}
