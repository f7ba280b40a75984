package hanse.node.payment;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// One of its two parties ends a payment: pays it or lets it go. The answer is the payment as it then stands.
///
/// @param token what the party presented, when it was not just the payment's id
record EndCommand(
        Call asked,
        Parties parties,
        PaymentStore store,
        Transfers transfers,
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
            if (how.pays()) {
                transfers.accounts(wanted, payment.payee());
            }
        });
    }

    @Override
    public hanse.payment.v1.Payment decide(Books books) {
        Payment payment = require(books);
        Payment ended = switch (how) {
            case SETTLE -> {
                payment.requireSettleable(books.now());
                yield pay(books, payment);
            }
            case CLAIM -> {
                payment.requireClaimable(books.now());
                yield pay(books, payment);
            }
            case RELEASE -> {
                payment.requireReleasable(books.now());
                yield giveBack(books, payment);
            }
            case WAIVE -> {
                payment.requireSettleable(books.now());
                yield giveBack(books, payment);
            }
        };
        books.rows().update(store, id, ended);
        return PaymentWire.payment(ended, parties);
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
        Account payee = books.account(AccountId.of(payment.payee()));
        if (payee.isDeactivated()) {
            throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
        }
        Transfers.Moved moved = transfers.pay(
                books,
                EntryKind.TOKENS_TRANSFERRED,
                AccountId.of(payment.payer()),
                payment.payee(),
                payment.amount(),
                true,
                Optional.of(id),
                "");
        return payment.settled(books.now(), moved.position(), moved.fee());
    }

    private Payment giveBack(Books books, Payment payment) {
        books.post(Posting.unhold(EntryKind.PAYMENT_RELEASED, AccountId.of(payment.payer()), payment.amount())
                .about(id));
        return payment.released(books.now());
    }

    @Override
    public byte[] remember(hanse.payment.v1.Payment answer) {
        return answer.toByteArray();
    }

    @Override
    public hanse.payment.v1.Payment recall(byte[] remembered) {
        try {
            return hanse.payment.v1.Payment.parseFrom(remembered);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a remembered answer cannot be read", e);
        }
    }
}
