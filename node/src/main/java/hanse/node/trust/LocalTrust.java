package hanse.node.trust;

import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import java.util.Optional;

/// Where rulings leave their mark, in the transaction that rules. Settled dealings are counted by [DealingCount].
public final class LocalTrust {
    private final TrustRowStore store;

    public LocalTrust(RegistryId self) {
        this.store = new TrustRowStore(self);
    }

    /// Asks for the row that [#record] will change; whether it exists or not.
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
        TrustRow.Pair pair = new TrustRow.Pair(from, to);
        Optional<TrustRow> row = books.rows().get(store, pair);
        TrustRow next = row.orElse(TrustRow.none(pair)).plus(satisfactory, unsatisfactory);
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
