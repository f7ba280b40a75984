package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Transfers;
import java.util.UUID;

/// The money of a payment token, spent by another capability in the payer's name on what it was held for: a payment to
/// the same payee. The payment is settled with it, through the ordinary transfer path.
public final class HeldMoney {
    private final PaymentStore store;
    private final Transfers transfers;

    HeldMoney(PaymentStore store, Transfers transfers) {
        this.store = store;
        this.transfers = transfers;
    }

    /// A payment that was paid.
    public record Paid(UUID payment, Transfers.Moved moved) {}

    /// Reads a token. Refuses with `BAD_TOKEN`.
    public Token token(String written) {
        return Token.parse(written);
    }

    /// Asks for the payment's row.
    public void rows(Rows rows, Token token) {
        rows.want(store, token.paymentId());
    }

    /// Pays; the accounts are those of [Transfers#pay]. The payee need not have verified the token. Refuses with
    /// `UNKNOWN_TOKEN`, `TOKEN_DOES_NOT_FIT`, `TOKEN_EXPIRED`, `TOKEN_SPENT`, `TOKEN_RELEASED`, `AGENT_NOT_ACTIVE`.
    public Paid pay(Books books, Token token, AgentId payer, AgentId payee, Avt amount) {
        Payment payment = books.rows()
                .get(store, token.paymentId())
                .filter(found -> token.has(found.tokenHash()) && found.payer().equals(payer))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TOKEN));
        if (!payment.localPayee().filter(payee::equals).isPresent()
                || !payment.amount().equals(amount)) {
            throw new RefusedException(Reason.TOKEN_DOES_NOT_FIT);
        }
        Payment ready = payment.readyToSettle(books.now());
        return new Paid(
                payment.id(), Settlement.pay(books, store, transfers, ready).moved());
    }
}
