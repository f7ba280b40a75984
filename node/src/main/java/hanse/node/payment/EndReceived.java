package hanse.node.payment;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.federation.Decision;
import hanse.node.federation.Frames;
import hanse.node.federation.Incoming;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.peer.MessageIds;
import java.util.Optional;
import java.util.UUID;

/// A payee on a peer claims or waives a payment of this registry. Both finish what was begun, so a suspension of the
/// link does not keep them from it.
final class EndReceived implements Decision {
    private final PaymentStore store;
    private final Frames frames;
    private final Incoming message;
    private final boolean isClaim;
    private final Optional<UUID> id;
    private final Optional<Did> payee;

    private EndReceived(
            PaymentStore store, Frames frames, Incoming message, boolean isClaim, ByteString id, String payee) {
        this.store = store;
        this.frames = frames;
        this.message = message;
        this.isClaim = isClaim;
        this.id = MessageIds.parse(id);
        this.payee = ConsumeReceived.peersAgent(message, payee);
    }

    static EndReceived claim(PaymentStore store, Frames frames, Incoming message) {
        var claim = message.message().getClaimPayment();
        return new EndReceived(store, frames, message, true, claim.getPaymentId(), claim.getPayee());
    }

    static EndReceived waiver(PaymentStore store, Frames frames, Incoming message) {
        var waiver = message.message().getWaivePayment();
        return new EndReceived(store, frames, message, false, waiver.getPaymentId(), waiver.getPayee());
    }

    @Override
    public void rows(Rows rows) {
        id.ifPresent(payment -> rows.want(store, payment));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        id.flatMap(known -> rows.get(store, known)).ifPresent(payment -> {
            wanted.account(AccountId.of(payment.payer()));
            frames.accounts(wanted, message.peer());
        });
    }

    @Override
    public Verdict decide(Books books) {
        Did asking = payee.orElseThrow(() -> new RefusedException(Reason.MESSAGE_REFUSED));
        Payment payment = id.flatMap(known -> books.rows().get(store, known))
                .filter(found -> found.payee().equals(asking.agent())
                        && found.payeeRegistry().equals(Optional.of(message.peer())))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PAYMENT));
        if (isClaim) {
            payment.requireClaimable(books.now());
            Settlement.prepare(books, store, frames, payment, Optional.empty(), message.traceparent());
        } else {
            payment.requireSettleable(books.now());
            EndCommand.giveBack(books, store, payment);
        }
        return DONE;
    }
}
