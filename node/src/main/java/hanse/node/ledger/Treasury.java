package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.storage.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The treasury, all its stripes together, for a cold operation that pays from it.
public final class Treasury {
    private final List<SystemAccount> stripes;

    private Treasury(List<SystemAccount> stripes) {
        this.stripes = stripes;
    }

    /// With the stripes that there are now.
    public static Treasury open(Ledger ledger, Tx tx) {
        return new Treasury(ledger.stripes(tx, AccountKind.TREASURY));
    }

    /// Asks for what [#pay] changes, besides the receiver's account.
    public void accounts(Wanted wanted) {
        stripes.forEach(wanted::account);
    }

    /// Pays from one stripe after the other, an entry each. Refuses with `INSUFFICIENT_FUNDS` before the first.
    ///
    /// @param amount > 0
    /// @param said what each entry says besides
    /// @return the last entry
    public Position pay(Books books, EntryKind kind, AccountId to, Avt amount, UnaryOperator<Posting> said) {
        List<Posting> parts = new ArrayList<>();
        Avt open = amount;
        for (SystemAccount stripe : stripes) {
            Avt there = books.account(stripe.id()).available();
            Avt part = there.min(open);
            if (!part.isZero()) {
                parts.add(said.apply(Posting.move(kind, stripe.id(), to, part)));
                open = open.minus(part);
            }
        }
        if (!open.isZero()) {
            throw new RefusedException(Reason.INSUFFICIENT_FUNDS);
        }
        Optional<Position> last = Optional.empty();
        for (Posting part : parts) {
            last = Optional.of(books.post(part));
        }
        return last.orElseThrow();
    }
}
