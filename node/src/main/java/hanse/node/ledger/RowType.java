package hanse.node.ledger;

import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/// The rows of one capability that commands lock and change together with accounts. Implemented by the capability's
/// store; one instance per table.
public interface RowType<K, V> {
    /// Tables are locked in this order, before any account.
    int order();

    /// Locks the rows with these keys, in key order, and reads them; a key without a row is absent from the answer.
    Map<K, V> lock(Tx tx, Set<K> keys);

    /// Adds the statements that write what a batch has inserted and changed.
    void write(Pipeline pipeline, Collection<V> inserted, Collection<V> updated);
}
