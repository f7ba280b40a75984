package hanse.node.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens transactions. Writing ones are READ COMMITTED and take their locks explicitly, in the order of
/// `ARCHITECTURE.md`, Locks; reading ones see one snapshot and always roll back.
public final class Database {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    /// PostgreSQL asks for a repeat of the whole transaction: serialization failure and deadlock.
    private static final String SERIALIZATION_FAILURE = "40001";

    private static final String DEADLOCK = "40P01";
    private static final String UNIQUE_VIOLATION = "23505";

    /// What CockroachDB says when it cannot tell whether it has committed.
    private static final String COMPLETION_UNKNOWN = "40003";

    private static final int ATTEMPTS = 8;

    private final DataSource source;
    private final InstantSource clock;
    private final Committing committing;
    private final List<Runnable> afterCommit = new CopyOnWriteArrayList<>();
    private final Settings settings = new Settings()
            .withRenderSchema(false)
            .withExecuteLogging(false)
            .withCacheRecordMappers(true)
            .withFetchWarnings(false)
            .withReturnRecordToPojo(false);

    /// How a transaction is committed. A simulation has other ways than PostgreSQL's.
    @FunctionalInterface
    public interface Committing {
        /// As [Connection#commit].
        void commit(Connection connection) throws SQLException;
    }

    public Database(DataSource source, InstantSource clock) {
        this(source, clock, Connection::commit);
    }

    public Database(DataSource source, InstantSource clock, Committing committing) {
        this.source = source;
        this.clock = clock;
        this.committing = committing;
    }

    /// Calls `listener` after each commit of this process, on the thread that committed: it must return at once. A hint
    /// only, for readers that also look by themselves: other processes commit, too.
    public void afterCommit(Runnable listener) {
        afterCommit.add(listener);
    }

    /// Runs `work` in a transaction and commits it. Repeats it, at most 8 times, when PostgreSQL asks for that; `work`
    /// must therefore change nothing but the database. A failure whose outcome is unknown (the connection broke at
    /// the commit) reaches the caller: only remembered outcomes make a repeat safe.
    public <T> T write(Function<Tx, T> work) {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = source.getConnection()) {
                return inTransaction(connection, work, duration -> {});
            } catch (SQLException | DataAccessException e) {
                if (attempt == ATTEMPTS || !asksForRepeat(e)) {
                    throw unavailable(e);
                }
            }
        }
    }

    /// Runs `work` on one snapshot of the database; nothing it does is kept.
    public <T> T read(Function<Tx, T> work) {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            try (Statement snapshot = connection.createStatement()) {
                // Goes out together with the beginning, and is over with the transaction. setTransactionIsolation
                // is for the session: two more round trips.
                snapshot.execute("set transaction isolation level repeatable read");
                return work.apply(transaction(connection));
            } finally {
                connection.rollback();
                connection.setReadOnly(false);
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /// Runs `work`, which asks a single statement: that sees one snapshot by itself and costs one round trip, where
    /// [#read] costs three.
    ///
    /// @throws IllegalStateException at a second statement
    public <T> T look(Function<Tx, T> work) {
        try (Connection connection = source.getConnection()) {
            return work.apply(transaction(connection, new Single()));
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /// Runs `work` in a transaction of the given connection and commits it, once.
    ///
    /// @param took is told how long the commit itself took
    public <T> T inTransaction(Connection connection, Function<Tx, T> work, Consumer<Duration> took)
            throws SQLException {
        connection.setAutoCommit(false);
        boolean committed = false;
        try {
            Tx tx = transaction(connection);
            T result = work.apply(tx);
            long start = System.nanoTime();
            committing.commit(connection);
            took.accept(Duration.ofNanos(System.nanoTime() - start));
            committed = true;
            afterCommit.forEach(Database::hint);
            tx.afterCommit().forEach(Database::hint);
            return result;
        } finally {
            if (!committed) {
                rollBack(connection);
            }
        }
    }

    /// What is committed is committed, whatever becomes of a hint of it.
    private static void hint(Runnable hint) {
        try {
            hint.run();
        } catch (RuntimeException failure) {
            LOG.error("a hint of a commit failed", failure);
        }
    }

    /// The SQLSTATE of a failure, if it is the database's.
    public static Optional<String> sqlState(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return Optional.of(sql.getSQLState());
            }
        }
        return Optional.empty();
    }

    /// Whether PostgreSQL asks for the transaction to be repeated.
    public static boolean asksForRepeat(Throwable failure) {
        return sqlState(failure)
                .filter(state -> state.equals(SERIALIZATION_FAILURE) || state.equals(DEADLOCK))
                .isPresent();
    }

    /// Whether a row with the same key exists.
    public static boolean isDuplicate(Throwable failure) {
        return sqlState(failure).filter(UNIQUE_VIOLATION::equals).isPresent();
    }

    /// Whether the connection broke, so that a commit's outcome may be unknown: SQLSTATE classes 08 and 57 (shutdown),
    /// and where the database says just that.
    public static boolean lostConnection(Throwable failure) {
        return sqlState(failure)
                .filter(state -> state.startsWith("08") || state.startsWith("57P") || state.equals(COMPLETION_UNKNOWN))
                .isPresent();
    }

    /// Whether the database answers a query now, within two seconds.
    public boolean answers() {
        try (Connection connection = source.getConnection()) {
            return connection.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    /// A connection of the caller's own, for a writer that keeps one.
    public Connection connect() throws SQLException {
        return source.getConnection();
    }

    private Tx transaction(Connection connection, ExecuteListener... listeners) {
        DSLContext sql = DSL.using(new DefaultConfiguration()
                .set(connection)
                .set(SQLDialect.POSTGRES)
                .set(settings)
                .set(listeners));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new Tx(connection, sql, now);
    }

    /// Lets one statement pass: another would see another moment.
    private static final class Single implements ExecuteListener {
        private static final long serialVersionUID = 1L;

        private boolean asked;

        @Override
        public void start(ExecuteContext context) {
            if (asked) {
                throw new IllegalStateException("a second statement needs a transaction");
            }
            asked = true;
        }
    }

    private static RuntimeException unavailable(Exception e) {
        return e instanceof DataAccessException jooq ? jooq : new DataAccessException("database", e);
    }

    private static void rollBack(Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.rollback();
            }
        } catch (SQLException e) {
            // The connection is gone, and with it the transaction; the failure that brought us here says why.
            return;
        }
    }
}
