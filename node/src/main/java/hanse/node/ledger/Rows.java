package hanse.node.ledger;

import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The domain rows of one batch, locked and in memory.
public final class Rows {
    private final Map<RowType<?, ?>, Table<?, ?>> tables = new TreeMap<>(Comparator.comparingInt(RowType::order));

    private int changes;

    Rows() {}

    /// For a cold operation that needs one row; more can be asked for.
    public static <K, V> Rows wanting(RowType<K, V> type, K key) {
        Rows rows = new Rows();
        rows.want(type, key);
        return rows;
    }

    /// Asks, before the locks are taken, for a row; whether it exists or not.
    public <K, V> void want(RowType<K, V> type, K key) {
        table(type).wanted.add(key);
    }

    /// A row that was asked for.
    public <K, V> Optional<V> get(RowType<K, V> type, K key) {
        return Optional.ofNullable(table(type).current.get(key));
    }

    /// Adds a row; its key must have been asked for, and have none.
    public <K, V> void insert(RowType<K, V> type, K key, V row) {
        Table<K, V> table = table(type);
        table.requireWanted(key);
        if (table.current.putIfAbsent(key, row) != null) {
            throw new IllegalStateException("a row with this key exists");
        }
        table.inserted.add(key);
        changes++;
    }

    /// Adds a row that nobody else can be adding: its key is new in the world, or another row that is locked vouches
    /// for it.
    public <K, V> void insertFresh(RowType<K, V> type, K key, V row) {
        table(type).wanted.add(key);
        insert(type, key, row);
    }

    /// Replaces a row that exists.
    public <K, V> void update(RowType<K, V> type, K key, V row) {
        Table<K, V> table = table(type);
        if (table.current.replace(key, row) == null) {
            throw new IllegalStateException("no row with this key was locked");
        }
        table.updated.add(key);
        changes++;
    }

    int changes() {
        return changes;
    }

    void lock(Tx tx) {
        Pipeline pipeline = tx.pipeline();
        tables.values().forEach(table -> table.lock(pipeline));
        pipeline.run();
    }

    void write(Pipeline pipeline) {
        tables.values().forEach(table -> table.write(pipeline));
    }

    @SuppressWarnings("unchecked") // a table is only ever put under its own type
    private <K, V> Table<K, V> table(RowType<K, V> type) {
        return (Table<K, V>) tables.computeIfAbsent(type, t -> new Table<>(type));
    }

    private static final class Table<K, V> {
        final RowType<K, V> type;
        final Set<K> wanted = new HashSet<>();
        final Map<K, V> current = new HashMap<>();
        final Set<K> inserted = new HashSet<>();
        final Set<K> updated = new HashSet<>();

        Table(RowType<K, V> type) {
            this.type = type;
        }

        void requireWanted(K key) {
            if (!wanted.contains(key)) {
                throw new IllegalStateException("a row may be added only under a key that was asked for");
            }
        }

        void lock(Pipeline pipeline) {
            type.lock(pipeline, wanted, current);
        }

        void write(Pipeline pipeline) {
            updated.removeAll(inserted);
            if (!inserted.isEmpty() || !updated.isEmpty()) {
                type.write(pipeline, pick(inserted), pick(updated));
            }
        }

        private Collection<V> pick(Set<K> keys) {
            Map<K, V> picked = LinkedHashMap.newLinkedHashMap(keys.size());
            for (K key : keys) {
                picked.put(key, current.get(key));
            }
            return picked.values();
        }
    }
}
