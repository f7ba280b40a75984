package hanse.node.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/// A database whose commits go wrong when a test says so: the network between the node and PostgreSQL.
public final class FaultySource {
    /// What happens to a commit.
    public enum Fault {
        /// PostgreSQL commits; the answer never arrives.
        ANSWER_LOST,
        /// PostgreSQL ends the session before it hears of the commit.
        KILLED_BEFORE
    }

    private final Queue<Fault> planned = new ConcurrentLinkedQueue<>();
    private final AtomicInteger happened = new AtomicInteger();
    private final DataSource real;

    public FaultySource(DataSource real) {
        this.real = real;
    }

    /// The next commit of any connection goes wrong.
    public void plan(Fault fault) {
        planned.add(fault);
    }

    /// How many went wrong.
    public int happened() {
        return happened.get();
    }

    /// The database with its faults.
    public DataSource source() {
        return proxy(DataSource.class, real, (method, call) -> {
            Object result = call.run();
            return method.equals("getConnection") ? faulty((Connection) result) : result;
        });
    }

    private Connection faulty(Connection connection) {
        return proxy(Connection.class, connection, (method, call) -> {
            if (!method.equals("commit")) {
                return call.run();
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
