package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.WireTime;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import hanse.payment.v1.AuthorizeResponse;
import java.time.Duration;
import java.util.Optional;

/// Holds an amount for one payee and gives the payer a token for it. What is remembered of the answer lacks the token,
/// which a repeat makes again.
record AuthorizeCommand(
        Call asked,
        Parties parties,
        PaymentStore store,
        Transfers transfers,
        Optional<PeerPayments> peers,
        Token token,
        AgentId payer,
        Did payee,
        Avt amount,
        Duration ttl,
        String resource)
        implements Command<AuthorizeResponse> {
    AuthorizeCommand {
        if (parties.isLocal(payee) && payee.agent().equals(payer)) {
            throw new RefusedException(Reason.SELF_TRANSFER);
        }
    }

    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(store, token.paymentId());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        if (parties.isLocal(payee)) {
            wanted.account(AccountId.of(payee.agent()));
        }
    }

    @Override
    public AuthorizeResponse decide(Books books) {
        transfers.fee(amount);
        if (books.rows().get(store, token.paymentId()).isPresent()) {
            // The outcome has been pruned, but not what it did.
            throw new RefusedException(Reason.REQUEST_ID_REUSED);
        }
        if (parties.isLocal(payee)) {
            books.activeAgent(payee.agent());
        } else {
            peers.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER)).requireActive(payee.registry());
        }
        books.account(AccountId.of(payer)).requireAvailable(amount);
        Payment payment = Payment.authorized(
                token,
                payer,
                payee.agent(),
                parties.isLocal(payee) ? Optional.empty() : Optional.of(payee.registry()),
                amount,
                resource,
                books.now(),
                ttl);
        books.rows().insert(store, payment.id(), payment);
        books.post(Posting.hold(EntryKind.PAYMENT_AUTHORIZED, AccountId.of(payer), amount)
                .about(payment.id())
                .between(TradeParties.payee(payment.localPayee())));
        return AuthorizeResponse.newBuilder()
                .setPaymentToken(token.reveal())
                .setPaymentId(payment.id().toString())
                .setExpiresAt(WireTime.of(payment.expiresAt()))
                .setAmount(amount.toString())
                .setPayee(payee.toString())
                .setIssuer(parties.self().value())
                .build();
    }

    @Override
    public byte[] remember(AuthorizeResponse answer) {
        return answer.toBuilder().clearPaymentToken().build().toByteArray();
    }

    @Override
    public AuthorizeResponse recall(byte[] remembered) {
        return Remembered.read(AuthorizeResponse.parser(), remembered).toBuilder()
                .setPaymentToken(token.reveal())
                .build();
    }
}
