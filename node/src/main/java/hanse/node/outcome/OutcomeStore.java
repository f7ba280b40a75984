package hanse.node.outcome;

import static hanse.schema.jooq.Tables.OUTCOME;

import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jooq.impl.DSL;

/// The table of remembered outcomes.
public final class OutcomeStore {
    private static final String FIND =
            "select key, digest, signature, execution, result from outcome where key = any(?::uuid[])";

    private static final String INSERT = """
            insert into outcome (at, key, digest, signature, execution, result)
            select ?, unnest(?::uuid[]), unnest(?::bytea[]), unnest(?::uuid[]), unnest(?::bigint[]), unnest(?::bytea[])
            """;

    /// From here on, this transaction waits at most so long for a lock, and then fails.
    void waitAtMost(Tx tx, Duration wait) {
        tx.sql().execute("set local lock_timeout = " + wait.toMillis());
    }

    /// The rows with these keys.
    public Map<UUID, Remembered> find(Tx tx, Collection<UUID> keys) {
        Map<UUID, Remembered> found = new HashMap<>();
        Pipeline pipeline = tx.pipeline();
        find(pipeline, keys, found);
        pipeline.run();
        return found;
    }

    /// The same; `found` is filled when the pipeline has run.
    public void find(Pipeline pipeline, Collection<UUID> keys, Map<UUID, Remembered> found) {
        if (!keys.isEmpty()) {
            pipeline.query(FIND, row -> found.put(row.getObject(1, UUID.class), remembered(row)), Columns.uuids(keys));
        }
    }

    /// Adds a row. If its key exists the whole transaction fails.
    public void insert(Tx tx, Remembered row) {
        Pipeline pipeline = tx.pipeline();
        insert(pipeline, List.of(row));
        pipeline.run();
    }

    /// Adds rows, in key order. If the key of one exists the whole transaction fails.
    public void insert(Pipeline pipeline, List<Remembered> rows) {
        if (rows.isEmpty()) {
            return;
        }
        List<Remembered> sorted =
                rows.stream().sorted(Comparator.comparing(Remembered::key)).toList();
        pipeline.changeExactly(
                sorted.size(),
                INSERT,
                Parameter.of(pipeline.now()),
                Columns.uuids(sorted, Remembered::key),
                Columns.bytes(sorted, Remembered::digest),
                Columns.uuids(sorted, r -> r.signature().orElse(null)),
                Columns.longs(sorted, Remembered::execution),
                Columns.bytes(sorted, r -> r.result().orElse(null)));
    }

    private static Remembered remembered(ResultSet row) throws SQLException {
        return new Remembered(
                row.getObject(1, UUID.class),
                row.getBytes(2),
                Optional.ofNullable(row.getObject(3, UUID.class)),
                row.getLong(4),
                Optional.ofNullable(row.getBytes(5)));
    }

    /// Claims a key for a transaction in progress. Waits for another transaction that holds the same key; false when
    /// that one committed.
    boolean claim(Tx tx, Remembered row) {
        return tx.sql()
                        .insertInto(OUTCOME)
                        .set(OUTCOME.KEY, row.key())
                        .set(OUTCOME.DIGEST, row.digest())
                        .set(OUTCOME.SIGNATURE, row.signature().orElse(null))
                        .set(OUTCOME.EXECUTION, row.execution())
                        .set(OUTCOME.AT, tx.now())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /// Fills in the result of a claimed key.
    void finish(Tx tx, Remembered row) {
        tx.sql()
                .update(OUTCOME)
                .set(OUTCOME.RESULT, row.result().orElseThrow())
                .where(OUTCOME.KEY.eq(row.key()))
                .execute();
    }

    /// Forgets what was decided before `before`; at most `limit` rows, so that it never holds many locks.
    public int prune(Tx tx, Instant before, int limit) {
        return tx.sql()
                .deleteFrom(OUTCOME)
                .where(OUTCOME.KEY.in(DSL.select(OUTCOME.KEY)
                        .from(OUTCOME)
                        .where(OUTCOME.AT.lt(before))
                        .limit(limit)))
                .execute();
    }
}
