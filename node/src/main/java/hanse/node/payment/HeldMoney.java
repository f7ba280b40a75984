package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.Frame;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Transfers;
import java.util.Optional;
import java.util.UUID;

/// The money of a payment token, spent by another capability in the payer's name on what it was held for: a payment to
/// the same payee. The payment is settled with it, through the ordinary transfer path.
public final class HeldMoney {
    private final PaymentStore store;
    private final Transfers transfers;
    private final Optional<PeerPayments> peers;

    HeldMoney(PaymentStore store, Transfers transfers, Optional<PeerPayments> peers) {
        this.store = store;
        this.transfers = transfers;
        this.peers = peers;
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
        Payment payment = fitting(books, token, payer, Optional.empty(), payee, amount);
        Payment ready = payment.readyToSettle(books.now());
        return new Paid(
                payment.id(), Settlement.pay(books, store, transfers, ready).moved());
    }

    /// Sends it to a payee of a peer, who has verified the token: what was not is not known there. The accounts are the
    /// payer's and those of a cross-registry transfer. Refuses as [#pay] does, and with `PAYMENT_NOT_CONSUMED`,
    /// `PEER_REMOVED`.
    ///
    /// @param bound what is paid with it; its owner is told when the transfer has ended
    public Payment send(
            Books books,
            Token token,
            AgentId payer,
            Did payee,
            Avt amount,
            Frame.Purpose.Milestone bound,
            String traceparent) {
        Payment payment = fitting(books, token, payer, Optional.of(payee.registry()), payee.agent(), amount);
        if (!payment.readyToSettle(books.now()).equals(payment)) {
            throw new RefusedException(Reason.PAYMENT_NOT_CONSUMED);
        }
        return peers.orElseThrow().settle(books, payment, Optional.of(bound), traceparent);
    }

    private Payment fitting(
            Books books, Token token, AgentId payer, Optional<RegistryId> peer, AgentId payee, Avt amount) {
        Payment payment = books.rows()
                .get(store, token.paymentId())
                .filter(found -> token.has(found.tokenHash()) && found.payer().equals(payer))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TOKEN));
        boolean fits = payment.payeeRegistry().equals(peer)
                && payment.payee().equals(payee)
                && payment.amount().equals(amount);
        if (!fits) {
            throw new RefusedException(Reason.TOKEN_DOES_NOT_FIT);
        }
        return payment;
    }
}
