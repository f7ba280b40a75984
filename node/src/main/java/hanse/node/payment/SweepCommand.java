package hanse.node.payment;

import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Gives the payer back what nobody used in time, nobody asked for in 30 days, or nobody can be paid any more. Answers
/// whether it did; a repeat finds nothing to do.
record SweepCommand(PaymentStore store, UUID id) implements InternalCommand<Boolean> {
    @Override
    public void rows(Rows rows) {
        rows.want(store, id);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        rows.get(store, id).ifPresent(payment -> {
            wanted.account(AccountId.of(payment.payer()));
            wanted.account(AccountId.of(payment.payee()));
        });
    }

    @Override
    public Boolean decide(Books books) {
        Optional<Payment> found = books.rows().get(store, id);
        if (found.isEmpty()) {
            return false;
        }
        Payment payment = found.get();
        boolean unused = payment.state() == Payment.State.AUTHORIZED && payment.isPast(books.now());
        if (!unused && !payment.isUnclaimed(books.now()) && !isOwedToNobody(books, payment)) {
            return false;
        }
        books.post(Posting.unhold(
                        unused ? EntryKind.PAYMENT_EXPIRED : EntryKind.PAYMENT_RELEASED,
                        AccountId.of(payment.payer()),
                        payment.amount())
                .about(id)
                .between(TradeParties.payee(payment.localPayee())));
        books.rows().update(store, id, unused ? payment.expired(books.now()) : payment.released(books.now()));
        return true;
    }

    private static boolean isOwedToNobody(Books books, Payment payment) {
        return payment.state() == Payment.State.CONSUMED
                && !payment.isFrozen()
                && payment.payeeRegistry().isEmpty()
                && books.find(AccountId.of(payment.payee()))
                        .filter(Account::isDeactivated)
                        .isPresent();
    }
}
