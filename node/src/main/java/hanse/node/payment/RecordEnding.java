package hanse.node.payment;

import com.google.protobuf.ByteString;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.call.Did;
import hanse.node.federation.Frames;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerMessages;
import hanse.node.federation.PeerPosition;
import hanse.node.federation.PeerPositionStore;
import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import java.util.Optional;

/// Records what an issuer says to a claim or a waiver. A claim that it accepts is paid by its transfer; a waiver frees
/// the headroom. A repeat changes nothing.
record RecordEnding(
        ForeignPaymentStore store,
        PeerPositionStore positions,
        PeerMessages messages,
        Outgoing asked,
        Outcome outcome,
        ForeignPayment.Key key)
        implements InternalCommand<Optional<ForeignPayment>> {

    static ForeignPayment.Key key(Outgoing asked) {
        Message message = asked.message();
        boolean isClaim = message.hasClaimPayment();
        ByteString id = isClaim
                ? message.getClaimPayment().getPaymentId()
                : message.getWaivePayment().getPaymentId();
        String payee = isClaim
                ? message.getClaimPayment().getPayee()
                : message.getWaivePayment().getPayee();
        return new ForeignPayment.Key(
                MessageIds.parse(id).orElseThrow(),
                asked.peer(),
                Did.parse(payee).agent());
    }

    @Override
    public void rows(Rows rows) {
        rows.want(positions, key.issuer());
        rows.want(store, key);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Optional<ForeignPayment> decide(Books books) {
        messages.answered(books, asked);
        Optional<ForeignPayment> found = books.rows().get(store, key);
        Optional<ForeignPayment.Ending> open = found.flatMap(ForeignPayment::ending)
                .filter(ending -> ending.message().equals(asked.id())
                        && ending.progress() == ForeignPayment.Ending.Progress.ASKED);
        if (open.isEmpty()) {
            return found;
        }
        ForeignPayment payment = found.get();
        ForeignPayment recorded = outcome.hasAccepted()
                ? accepted(books, payment, open.get())
                : payment.with(
                        open.get().refused(Frames.reason(outcome.getRefused().getReason())));
        books.rows().update(store, key, recorded);
        return Optional.of(recorded);
    }

    private ForeignPayment accepted(Books books, ForeignPayment payment, ForeignPayment.Ending ending) {
        ForeignPayment accepted = payment.with(ending.accepted());
        if (ending.kind() == ForeignPayment.Ending.Kind.CLAIM || payment.state() != ForeignPayment.State.CONSUMED) {
            return accepted;
        }
        PeerPosition position = books.rows().get(positions, key.issuer()).orElseThrow();
        books.rows().update(positions, key.issuer(), position.release(payment.reserved()));
        return accepted.waived(books.now());
    }
}
