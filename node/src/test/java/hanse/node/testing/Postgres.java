package hanse.node.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.node.storage.Connections;
import hanse.schema.EmbeddedPostgres;
import hanse.schema.EmbeddedPostgres.Options;
import hanse.schema.Migrations;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/// The test JVM's PostgreSQL: started when first asked for, ended after the last test ([PostgresEnd]), or with the JVM
/// when that ends early. Each [#fresh] database is a copy of one that has been migrated.
public final class Postgres {
    private static final String TEMPLATE = "template_hanse";
    private static final int CONNECTIONS = 24;
    private static final AtomicInteger databases = new AtomicInteger();

    private static EmbeddedPostgres server;

    private Postgres() {}

    /// An empty database at the newest schema.
    ///
    /// @param url JDBC, for who connects by itself
    /// @param pool closed with it; the database stays as long as the server
    public record Fresh(String url, String username, String password, HikariDataSource pool) implements AutoCloseable {
        @Override
        public void close() {
            pool.close();
        }
    }

    /// Makes one.
    public static Fresh fresh() {
        return fresh(server());
    }

    private static Fresh fresh(EmbeddedPostgres running) {
        String name = "test_" + databases.incrementAndGet();
        try (var connection = DriverManager.getConnection(
                        running.jdbcUrl("postgres"), running.username(), running.password());
                var statement = connection.createStatement()) {
            statement.execute("create database " + name + " template " + TEMPLATE);
        } catch (SQLException e) {
            throw new IllegalStateException("a test database could not be made", e);
        }
        return new Fresh(
                running.jdbcUrl(name),
                running.username(),
                running.password(),
                pool(running.jdbcUrl(name), running.username(), running.password()));
    }

    /// A server of its own, for tests that kill it: it comes back by itself.
    public record Mortal(EmbeddedPostgres server, Fresh fresh) implements AutoCloseable {
        @Override
        public void close() {
            fresh.close();
            server.close();
        }
    }

    /// Starts one, with an empty database.
    public static Mortal mortal() {
        EmbeddedPostgres server = started();
        return new Mortal(server, fresh(server));
    }

    private static synchronized EmbeddedPostgres server() {
        if (server == null) {
            Runtime.getRuntime().addShutdownHook(new Thread(Postgres::end));
            server = started();
        }
        return server;
    }

    private static EmbeddedPostgres started() {
        EmbeddedPostgres started = EmbeddedPostgres.temporary(Options.small().withSetting("max_connections", "400"));
        started.createDatabase(TEMPLATE);
        try (var pool = pool(started.jdbcUrl(TEMPLATE), started.username(), started.password())) {
            Migrations.apply(pool);
        }
        return started;
    }

    /// Ends the server, and its databases with it, if it was started.
    static synchronized void end() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /// Connections to a database.
    public static HikariDataSource pool(String url, String username, String password) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(username);
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS);
        Connections.configure(config);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }
}
