package hanse.node.trust;

import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Where rulings and records of malpractice leave their mark, in the transaction that makes them. Settled dealings are
/// counted by [DealingCount].
public final class LocalTrust {
    private final TrustRowStore store;

    public LocalTrust(RegistryId self) {
        this.store = new TrustRowStore(self);
    }

    /// Asks for the row that will be changed; whether it exists or not.
    public void want(Rows rows, Did from, Did to) {
        rows.want(store, new TrustRow.Pair(from, to));
    }

    /// Adds to what `from`'s dealings say of `to`.
    ///
    /// @param satisfactory ≥ 0
    /// @param unsatisfactory ≥ 0
    public void record(Books books, Did from, Did to, int satisfactory, int unsatisfactory) {
        if (satisfactory < 0 || unsatisfactory < 0) {
            throw new IllegalArgumentException("what was said of an agent is never taken back");
        }
        change(books, from, to, row -> row.plus(satisfactory, unsatisfactory));
    }

    /// `from` has put malpractice of `to` on record.
    public void report(Books books, Did from, Did to) {
        change(books, from, to, TrustRow::reported);
    }

    /// What [#report] has told once counts no more.
    public void retract(Books books, Did from, Did to) {
        change(books, from, to, TrustRow::takenBack);
    }

    private void change(Books books, Did from, Did to, UnaryOperator<TrustRow> change) {
        TrustRow.Pair pair = new TrustRow.Pair(from, to);
        Optional<TrustRow> row = books.rows().get(store, pair);
        TrustRow next = change.apply(row.orElse(TrustRow.none(pair)));
        if (row.isPresent()) {
            books.rows().update(store, pair, next);
        } else {
            books.rows().insert(store, pair, next);
        }
    }

    TrustRowStore store() {
        return store;
    }
}
