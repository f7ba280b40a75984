package hanse.node.outcome;

import static hanse.schema.jooq.Tables.OUTCOME;

import hanse.node.storage.Column;
import hanse.node.storage.Tx;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
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
      insert into outcome (key, digest, signature, execution, at, result)
      select key, digest, signature, execution, ?, result
      from unnest(?::uuid[], ?::bytea[], ?::uuid[], ?::bigint[], ?::bytea[]) as u (key, digest, signature, execution, result)
      """;

    /// From here on, this transaction waits at most three seconds for a lock: the same request may be in flight
    /// elsewhere, and its caller is better told so than left waiting.
    void waitBriefly(Tx tx) {
        tx.sql().execute("set local lock_timeout = '3s'");
    }

    /// The rows with these keys.
    public Map<UUID, Remembered> find(Tx tx, Collection<UUID> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        Map<UUID, Remembered> found = new HashMap<>();
        tx.sql().connection(connection -> {
            try (PreparedStatement select = connection.prepareStatement(FIND)) {
                select.setArray(1, connection.createArrayOf("uuid", keys.toArray()));
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        UUID key = row.getObject(1, UUID.class);
                        found.put(
                                key,
                                new Remembered(
                                        key,
                                        row.getBytes(2),
                                        Optional.ofNullable(row.getObject(3, UUID.class)),
                                        row.getLong(4),
                                        Optional.ofNullable(row.getBytes(5))));
                    }
                }
            }
        });
        return found;
    }

    /// Adds rows, in key order. One whose key exists is a failure of the whole transaction.
    public void insert(Tx tx, List<Remembered> rows) {
        if (rows.isEmpty()) {
            return;
        }
        List<Remembered> sorted =
                rows.stream().sorted((a, b) -> a.key().compareTo(b.key())).toList();
        tx.sql().connection(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                insert.setObject(1, tx.now().atOffset(ZoneOffset.UTC));
                insert.setArray(2, Column.of(connection, "uuid", sorted, UUID[]::new, Remembered::key));
                insert.setArray(3, Column.of(connection, "bytea", sorted, byte[][]::new, Remembered::digest));
                insert.setArray(
                        4,
                        Column.of(
                                connection,
                                "uuid",
                                sorted,
                                UUID[]::new,
                                r -> r.signature().orElse(null)));
                insert.setArray(5, Column.of(connection, "int8", sorted, Long[]::new, Remembered::execution));
                insert.setArray(
                        6,
                        Column.of(
                                connection,
                                "bytea",
                                sorted,
                                byte[][]::new,
                                r -> r.result().orElse(null)));
                insert.executeUpdate();
            }
        });
    }

    /// Claims a key for a transaction in progress. Waits for another transaction that holds the same key; false when
    /// that
    /// one committed.
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
