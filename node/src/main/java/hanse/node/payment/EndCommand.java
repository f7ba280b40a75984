package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import java.util.Optional;
import java.util.UUID;

/// One of its two parties ends a payment: pays it or lets it go. The answer is the payment as it then stands: SETTLING
/// when its payee is on a peer.
///
/// @param token what the party presented, when it was not just the payment's id
record EndCommand(
        Call asked,
        Parties parties,
        PaymentStore store,
        Transfers transfers,
        Optional<PeerPayments> peers,
        How how,
        UUID id,
        Optional<Token> token,
        AgentId party)
        implements Command<hanse.payment.v1.Payment> {
    /// Who ends it, and how.
    enum How {
        /// The payer pays what was consumed.
        SETTLE,
        /// The payee is paid after the settle-by time.
        CLAIM,
        /// The payer takes back what was not used.
        RELEASE,
        /// The payee lets go what was consumed.
        WAIVE;

        boolean isPayers() {
            return this == SETTLE || this == RELEASE;
        }

        boolean pays() {
            return this == SETTLE || this == CLAIM;
        }
    }

    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(store, id);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        rows.get(store, id).ifPresent(payment -> {
            wanted.account(AccountId.of(payment.payer()));
            if (how.pays() && payment.payeeRegistry().isEmpty()) {
                transfers.accounts(wanted, payment.payee());
            } else if (how.pays()) {
                peers.ifPresent(across ->
                        across.accounts(wanted, payment.payeeRegistry().get()));
            }
        });
    }

    @Override
    public hanse.payment.v1.Payment decide(Books books) {
        return PaymentWire.payment(ended(books, require(books)), parties);
    }

    private Payment ended(Books books, Payment payment) {
        return switch (how) {
            case SETTLE -> {
                payment.requireSettleable(books.now());
                yield payment.payeeRegistry().isEmpty() ? pay(books, payment) : send(books, payment);
            }
            case CLAIM -> {
                payment.requireClaimable(books.now());
                yield pay(books, payment);
            }
            case RELEASE -> {
                payment.requireReleasable(books.now());
                yield giveBack(books, store, payment);
            }
            case WAIVE -> {
                payment.requireSettleable(books.now());
                yield giveBack(books, store, payment);
            }
        };
    }

    private Payment send(Books books, Payment payment) {
        return peers.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER))
                .settle(books, payment, Optional.empty(), asked.traceparent());
    }

    /// The payment, if it is this party's to end. A stranger learns nothing of it.
    private Payment require(Books books) {
        Reason unknown = how.isPayers() ? Reason.UNKNOWN_TOKEN : Reason.UNKNOWN_PAYMENT;
        Payment payment = books.rows()
                .get(store, id)
                .filter(found -> token.map(t -> t.has(found.tokenHash())).orElse(true))
                .orElseThrow(() -> new RefusedException(unknown));
        boolean isPayer = payment.payer().equals(party);
        boolean isPayee = payment.payeeRegistry().isEmpty() && payment.payee().equals(party);
        if (how.isPayers() ? isPayer : isPayee) {
            return payment;
        }
        throw new RefusedException(isPayer || isPayee ? Reason.NOT_YOURS : unknown);
    }

    private Payment pay(Books books, Payment payment) {
        return Settlement.pay(books, store, transfers, payment).payment();
    }

    /// Frees the money of a payment that can be given back.
    static Payment giveBack(Books books, PaymentStore store, Payment payment) {
        books.post(Posting.unhold(EntryKind.PAYMENT_RELEASED, AccountId.of(payment.payer()), payment.amount())
                .about(payment.id())
                .between(TradeParties.payee(payment.localPayee())));
        Payment released = payment.released(books.now());
        books.rows().update(store, payment.id(), released);
        return released;
    }

    @Override
    public byte[] remember(hanse.payment.v1.Payment answer) {
        return answer.toByteArray();
    }

    @Override
    public hanse.payment.v1.Payment recall(byte[] remembered) {
        return Remembered.read(hanse.payment.v1.Payment.parser(), remembered);
    }
}
