package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.federation.Frame;
import hanse.node.federation.Frames;
import hanse.node.federation.MessageId;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Transfers;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/// Pays a consumed payment out of what is held for it: to a payee of this registry by the ordinary transfer path; to
/// one
/// of a peer the money goes in flight, and SETTLING ⇔ the frame is PREPARED.
final class Settlement {
    private Settlement() {}

    /// What was paid here.
    record Paid(Payment payment, Transfers.Moved moved) {}

    /// Pays a payee of this registry. The caller has checked that the payment can be settled. Refuses with
    /// `AGENT_NOT_ACTIVE`.
    static Paid pay(Books books, PaymentStore store, Transfers transfers, Payment payment) {
        if (books.account(AccountId.of(payment.payee())).isDeactivated()) {
            throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
        }
        Transfers.Moved moved = transfers.pay(
                books,
                EntryKind.TOKENS_TRANSFERRED,
                AccountId.of(payment.payer()),
                payment.payee(),
                payment.amount(),
                true,
                Optional.of(payment.id()),
                "");
        Payment settled = payment.settled(books.now(), moved.position(), moved.fee());
        books.rows().update(store, payment.id(), settled);
        return new Paid(settled, moved);
    }

    /// Sends a payee of a peer the money, and answers with the payment as it is then. The caller has checked that it
    /// can
    /// be settled.
    ///
    /// @param bound the milestone that is paid with it
    static Payment prepare(
            Books books,
            PaymentStore store,
            Frames frames,
            Payment payment,
            Optional<Frame.Purpose.Milestone> bound,
            String traceparent) {
        int attempt = payment.attempt() + 1;
        UUID transfer = transferId(payment, attempt);
        Frames.Prepared prepared = frames.prepare(
                books,
                new Frames.Order(
                        transfer,
                        payment.payer(),
                        AccountId.of(payment.payer()),
                        new Did(payment.payeeRegistry().orElseThrow(), payment.payee()),
                        payment.amount(),
                        new Frame.Purpose.Settlement(payment.id(), attempt, bound),
                        true,
                        "",
                        traceparent));
        Payment settling = payment.settling(transfer, prepared.position());
        books.rows().update(store, payment.id(), settling);
        return settling;
    }

    /// The transfer of an attempt: the same whoever begins it, and another one only after a recorded refusal.
    private static UUID transferId(Payment payment, int attempt) {
        UUID hash = MessageId.hash(ByteBuffer.allocate(20)
                .putLong(payment.id().getMostSignificantBits())
                .putLong(payment.id().getLeastSignificantBits())
                .putInt(attempt));
        return MessageId.of(payment.consumedAt().orElseThrow(), hash);
    }
}
