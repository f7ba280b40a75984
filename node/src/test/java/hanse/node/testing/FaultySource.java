package hanse.node.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/// A database whose commits go wrong when a test says so: the network between the node and PostgreSQL. Or the node dies
/// at one of its commits: from then on nothing reaches PostgreSQL, and whatever still tries ends by [Killed].
public final class FaultySource {
    /// What happens to a commit.
    public enum Fault {
        /// PostgreSQL commits; the answer never arrives.
        ANSWER_LOST,
        /// PostgreSQL ends the session before it hears of the commit.
        KILLED_BEFORE
    }

    /// The process is no more. An error, so that nothing which only expects PostgreSQL's failures tries again.
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        private Killed() {
            super("the process was killed", null, false, false);
        }
    }

    /// What a dead process's connections still see: PostgreSQL ends their transactions.
    private static final Set<String> AFTER_DEATH = Set.of("rollback", "close", "isClosed", "abort");

    private final Queue<Fault> planned = new ConcurrentLinkedQueue<>();
    private final AtomicInteger happened = new AtomicInteger();
    private final AtomicInteger commitsToLive = new AtomicInteger();
    private volatile Fault lastWords = Fault.KILLED_BEFORE;
    private volatile boolean dead;
    private final DataSource real;

    public FaultySource(DataSource real) {
        this.real = real;
    }

    /// The next commit of any connection goes wrong.
    public void plan(Fault fault) {
        planned.add(fault);
    }

    /// The process dies at a commit of [#source], the next being number 1, before it takes effect or after.
    public void dieAt(int commit, Fault fault) {
        lastWords = fault;
        commitsToLive.set(commit);
    }

    /// Nothing more goes wrong, and it lives, after all.
    public void spare() {
        planned.clear();
        commitsToLive.set(0);
    }

    public boolean isDead() {
        return dead;
    }

    /// How many went wrong.
    public int happened() {
        return happened.get();
    }

    /// The database with its faults.
    public DataSource source() {
        return source(true);
    }

    /// The same database for what goes on beside the point: its commits go well, until the process dies.
    public DataSource aside() {
        return source(false);
    }

    private DataSource source(boolean counts) {
        return proxy(DataSource.class, real, (method, call) -> {
            requireAlive();
            Object result = call.run();
            return method.equals("getConnection") ? faulty((Connection) result, counts) : result;
        });
    }

    private void requireAlive() {
        if (dead) {
            throw new Killed();
        }
    }

    private Connection faulty(Connection connection, boolean counts) {
        return proxy(Connection.class, connection, (method, call) -> {
            if (!AFTER_DEATH.contains(method)) {
                requireAlive();
            }
            if (!counts || !method.equals("commit")) {
                return call.run();
            }
            if (commitsToLive.get() > 0 && commitsToLive.decrementAndGet() == 0) {
                dead = true;
                if (lastWords == Fault.ANSWER_LOST) {
                    call.run();
                }
                throw new Killed();
            }
            Fault fault = planned.poll();
            if (fault == null) {
                return call.run();
            }
            happened.incrementAndGet();
            switch (fault) {
                case ANSWER_LOST -> {
                    call.run();
                    throw new SQLException("the connection broke after the commit", "08006");
                }
                case KILLED_BEFORE -> kill(connection);
            }
            return call.run();
        });
    }

    private void kill(Connection connection) throws SQLException {
        int backend = connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
        try (var other = real.getConnection();
                var statement = other.createStatement()) {
            statement.execute("select pg_terminate_backend(" + backend + ", 5000)");
        }
    }

    private interface Original {
        Object run() throws Throwable;
    }

    private interface Around {
        Object call(String method, Original original) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, T target, Around around) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> around.call(method.getName(), () -> {
                    try {
                        return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                })));
    }
}
