package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import hanse.payment.v1.VerifyResponse;
import java.util.Optional;

/// Consumes a token of this registry for its payee, an agent of this registry; again and again on a consumed one.
record VerifyCommand(Call asked, Parties parties, PaymentStore store, Token token, AgentId payee)
        implements Command<VerifyResponse> {
    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(store, token.paymentId());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public VerifyResponse decide(Books books) {
        Optional<Payment> found =
                books.rows().get(store, token.paymentId()).filter(payment -> token.has(payment.tokenHash()));
        if (found.isEmpty()) {
            return invalid(Reason.UNKNOWN_TOKEN);
        }
        Payment payment = found.get();
        Optional<Reason> invalid = payment.invalidFor(payee, Optional.empty(), books.now());
        if (invalid.isPresent()) {
            return invalid(invalid.get());
        }
        boolean firstUse = payment.state() == Payment.State.AUTHORIZED;
        if (firstUse) {
            books.rows().update(store, payment.id(), payment.consumed(books.now()));
            books.post(Posting.event(EntryKind.PAYMENT_CONSUMED, payment.id(), "")
                    .between(new TradeParties(Optional.of(payment.payer()), payment.localPayee())));
        }
        return VerifyResponse.newBuilder()
                .setValid(true)
                .setFirstUse(firstUse)
                .setPaymentId(payment.id().toString())
                .setPayer(parties.did(payment.payer()).toString())
                .setAmount(payment.amount().toString())
                .setResource(payment.resource())
                .setExpiresAt(WireTime.of(payment.expiresAt()))
                .build();
    }

    /// Not valid is an answer. It tells nothing of a payment that is not the caller's.
    static VerifyResponse invalid(Reason reason) {
        return VerifyResponse.newBuilder().setReason(reason.name()).build();
    }

    @Override
    public byte[] remember(VerifyResponse answer) {
        return answer.toByteArray();
    }

    @Override
    public VerifyResponse recall(byte[] remembered) {
        return Remembered.read(VerifyResponse.parser(), remembered);
    }
}
