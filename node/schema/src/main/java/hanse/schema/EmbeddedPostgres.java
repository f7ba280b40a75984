package hanse.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A real PostgreSQL server, run by this process from a Maven artifact: what the node uses when no JDBC URL is
/// configured.
///
/// It is as durable as any other PostgreSQL: data checksums, fsync on, the data directory kept between runs. It listens
/// on the loopback address only and asks for a password, which lies in the data directory (mode 600).
///
/// The server is our child and is told by the kernel when this JVM ends, however it ends; it then shuts down cleanly.
/// When the *server* is killed, it is started again on the same port ([Options#restart]). A lock file keeps a second
/// JVM away from the same directory.
///
/// ```
/// <dataDirectory>/
///   lock       held while a JVM owns the directory; names its process
///   password   of the database superuser
///   data/      PostgreSQL's own
/// ```
public final class EmbeddedPostgres implements AutoCloseable {

    /// How to run the server.
    ///
    /// @param port     to listen on; 0 picks a free one, which then stays the same while this object lives
    /// @param settings PostgreSQL settings that are to differ from [#SETTINGS]
    /// @param restart  whether a server that was killed is started again
    /// @param patience how long one start may take; recovery of a large database after a crash counts too
    public record Options(int port, Map<String, String> settings, boolean restart, Duration patience) {

        /// What a node runs with: a free port, started again when killed.
        public static Options defaults() {
            return new Options(0, Map.of(), true, Duration.ofMinutes(5));
        }

        /// Small caches, for a test or a build step; exactly as durable.
        public static Options small() {
            return defaults().withSetting("shared_buffers", "64MB").withSetting("max_wal_size", "1GB");
        }

        public Options {
            settings = Map.copyOf(settings);
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("not a port: " + port);
            }
        }

        public Options withPort(int other) {
            return new Options(other, settings, restart, patience);
        }

        public Options withSetting(String name, String value) {
            var more = new LinkedHashMap<>(settings);
            more.put(name, value);
            return new Options(port, more, restart, patience);
        }

        public Options withoutRestart() {
            return new Options(port, settings, false, patience);
        }
    }

    /// The settings that differ from PostgreSQL's own.
    public static final Map<String, String> SETTINGS = PostgresSettings.DEFAULTS;

    private static final Logger log = LoggerFactory.getLogger("hanse.postgres");
    private static final String USER = "hanse";
    private static final String DATABASE = "hanse";
    private static final Duration SHUTDOWN_PATIENCE = Duration.ofMinutes(2);

    private final Options options;
    private final boolean temporary;
    private final PostgresPrograms programs;
    private final PostgresDirectory directory;
    private final String password;
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread keeper;
    private volatile int port;
    private volatile Optional<PostgresServer> current = Optional.empty();

    private EmbeddedPostgres(Path dataDirectory, Options options, PostgresAccount account, boolean temporary)
            throws IOException {
        this.options = options;
        this.temporary = temporary;
        this.port = options.port();
        this.programs = new PostgresPrograms(account);
        this.directory = PostgresDirectory.open(dataDirectory);
        try {
            this.password = directory.password();
            directory.endLeftovers(SHUTDOWN_PATIENCE);
            if (!directory.hasCluster()) {
                directory.initialise(programs, USER);
            }
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
        this.keeper = Thread.ofPlatform()
                .name("postgres-" + directory.path().getFileName())
                .daemon()
                .unstarted(this::keep);
    }

    /// Starts the server on `dataDirectory`, which is made on first use, and returns when it accepts connections.
    ///
    /// @throws PostgresException with what PostgreSQL said; or if another process owns the directory
    public static EmbeddedPostgres start(Path dataDirectory, Options options) {
        return start(dataDirectory, options, PostgresAccount.choose(), false);
    }

    /// A server on a directory of its own, which goes when the server is closed.
    public static EmbeddedPostgres temporary(Options options) {
        try {
            return start(Files.createTempDirectory("hanse-postgres-"), options, PostgresAccount.choose(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static EmbeddedPostgres start(Path dataDirectory, Options options, PostgresAccount account, boolean temporary) {
        try {
            var postgres = new EmbeddedPostgres(dataDirectory, options, account, temporary);
            try {
                postgres.keeper.start();
                postgres.firstReady.get();
                postgres.createDatabase(DATABASE);
                return postgres;
            } catch (ExecutionException e) {
                postgres.close();
                throw e.getCause() instanceof PostgresException p
                        ? p
                        : new PostgresException("PostgreSQL did not start in " + dataDirectory, e);
            } catch (InterruptedException e) {
                postgres.close();
                Thread.currentThread().interrupt();
                throw new PostgresException("Interrupted while PostgreSQL was starting in " + dataDirectory, e);
            } catch (RuntimeException e) {
                postgres.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresException("Cannot use " + dataDirectory + " for PostgreSQL: " + e.getMessage(), e);
        }
    }

    /// The URL of the node's own database. User and password are given separately: [#username], [#password].
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /// The URL of another database on this server.
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    public String username() {
        return USER;
    }

    public String password() {
        return password;
    }

    public int port() {
        return port;
    }

    /// The server's process; another one after it was killed and started again.
    ///
    /// @throws IllegalStateException while there is none
    public long pid() {
        return current.orElseThrow(() -> new IllegalStateException("PostgreSQL is not running"))
                .pid();
    }

    /// Creates a database unless it is there, and returns its URL.
    ///
    /// @param name lower-case letters, digits and `_`
    public String createDatabase(String name) {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a database name: " + name);
        }
        try (Connection connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, password);
                var statement = connection.createStatement()) {
            try (var rows = statement.executeQuery("select 1 from pg_database where datname = '" + name + "'")) {
                if (rows.next()) {
                    return jdbcUrl(name);
                }
            }
            statement.execute("create database " + name);
            return jdbcUrl(name);
        } catch (SQLException e) {
            throw new PostgresException("Cannot create the database " + name + ": " + e.getMessage(), e);
        }
    }

    /// Kills the server and all its processes with SIGKILL, as a power cut of the database would; for tests. Returns
    /// when all are gone. With [Options#restart] it comes back by itself.
    public void kill() {
        current.ifPresent(PostgresServer::kill);
        List<ProcessHandle> rest = directory.processes();
        while (!rest.isEmpty()) {
            rest.forEach(ProcessHandle::destroyForcibly);
            Shutdown.await(rest, SHUTDOWN_PATIENCE);
            if (options.restart()) {
                return;
            }
            rest = directory.processes();
        }
    }

    /// Shuts the server down: open transactions are rolled back, everything committed is on disk. Returns when it has
    /// ended; the directory may then be started again. A [#temporary] server leaves nothing, so it is spared the
    /// work.
    @Override
    public void close() {
        closing.countDown();
        current.ifPresent(server -> {
            shutdown().ask(server.handle());
            if (!Shutdown.await(List.of(server.handle()), SHUTDOWN_PATIENCE)) {
                log.warn(
                        "PostgreSQL in {} did not shut down within {}; it is killed",
                        directory.path(),
                        SHUTDOWN_PATIENCE);
                server.kill();
            }
        });
        try {
            if (keeper.isAlive()) {
                keeper.join(SHUTDOWN_PATIENCE);
            }
            directory.close();
            if (temporary) {
                directory.delete();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Shutdown shutdown() {
        return temporary ? Shutdown.IMMEDIATE : Shutdown.FAST;
    }

    @Override
    public String toString() {
        return "PostgreSQL in " + directory.path() + " on port " + port;
    }

    /// Keeps a server running, on the thread of whose life the server's own depends, until this object is closed.
    private void keep() {
        int failures = 0;
        while (closing.getCount() > 0) {
            try {
                boolean freePort = port == 0 || (options.port() == 0 && !firstReady.isDone());
                if (freePort) {
                    port = freePort();
                }
                var server =
                        PostgresServer.launch(programs, directory, port, PostgresSettings.with(options.settings()));
                current = Optional.of(server);
                if (closing.getCount() == 0) {
                    shutdown().ask(server.handle());
                }
                server.awaitReady(options.patience());
                firstReady.complete(null);
                failures = 0;
                int code = server.awaitEnd();
                current = Optional.empty();
                if (closing.getCount() == 0 || !options.restart()) {
                    return;
                }
                log.warn("PostgreSQL in {} ended with code {}; starting it again", directory.path(), code);
                directory.endLeftovers(SHUTDOWN_PATIENCE);
            } catch (PostgresException | IOException e) {
                current = Optional.empty();
                failures++;
                boolean portTaken = String.valueOf(e.getMessage()).contains("Address already in use");
                if (!firstReady.isDone() && !(portTaken && options.port() == 0 && failures < 10)) {
                    firstReady.completeExceptionally(e);
                    return;
                }
                log.warn("PostgreSQL in {} does not start: {}", directory.path(), e.getMessage());
                if (waitedForClosing(Duration.ofMillis(Math.min(5_000, 50L << Math.min(failures, 10))))) {
                    return;
                }
            } catch (InterruptedException e) {
                firstReady.completeExceptionally(e);
                return;
            }
        }
    }

    private boolean waitedForClosing(Duration atMost) {
        try {
            return closing.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }
}
