package hanse.node.ledger;

import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/// The rows of one capability that commands lock and change together with accounts. Implemented by the capability's
/// store; one instance per table.
public interface RowType<K, V> {
    /// Tables are locked in this order, before any account.
    int order();

    /// Adds the statement that locks the rows with these keys, in key order, and reads them into `found` when the
    /// pipeline runs; a key without a row stays absent.
    void lock(Pipeline pipeline, Set<K> keys, Map<K, V> found);

    /// Adds the statements that write what a batch has inserted and changed.
    void write(Pipeline pipeline, Collection<V> inserted, Collection<V> updated);
}
