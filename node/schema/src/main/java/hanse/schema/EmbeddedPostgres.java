package hanse.schema;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    public static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "512MB"),
            Map.entry("huge_pages", "off"),
            // Far apart and large: a page's first change after a checkpoint is logged
            // whole, and the hot pages of a
            // ledger change all the time.
            Map.entry("max_wal_size", "8GB"),
            Map.entry("checkpoint_timeout", "15min"),
            Map.entry("wal_buffers", "16MB"),
            // The artifact is built without lz4; pglz costs more than the bytes it saves on
            // a local disk.
            Map.entry("wal_compression", "off"),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("random_page_cost", "1.1"),
            Map.entry("jit", "off"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("log_line_prefix", ""),
            // Statements and key values stay out of the log: they may hold what a log must
            // not.
            Map.entry("log_error_verbosity", "terse"),
            Map.entry("log_min_error_statement", "panic"));

    private static final Logger log = LoggerFactory.getLogger("hanse.postgres");
    private static final String USER = "hanse";
    private static final String DATABASE = "hanse";
    private static final String READY = "database system is ready to accept connections";
    private static final Duration SHUTDOWN_PATIENCE = Duration.ofMinutes(2);

    private final Path directory;
    private final Path data;
    private final Options options;
    private final PostgresAccount account;
    private final PostgresBinaries binaries;
    private final FileChannel lockFile;
    private final String password;
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread keeper;
    private volatile int port;
    private volatile Optional<Run> current = Optional.empty();
    private final boolean temporary;

    private EmbeddedPostgres(Path dataDirectory, Options options, PostgresAccount account, boolean temporary)
            throws IOException {
        this.directory = openDirectory(dataDirectory);
        this.data = directory.resolve("data");
        this.options = options;
        this.account = account;
        this.temporary = temporary;
        this.port = options.port();
        this.binaries = PostgresBinaries.unpackedIn(account.cache());
        this.lockFile = lock(directory);
        try {
            this.password = password(directory);
            endLeftovers();
            if (!Files.isDirectory(data)) {
                initialise();
            }
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
        // The kernel tells the server when the *thread* that started it ends, so that thread must
        // live as long as it.
        this.keeper = Thread.ofPlatform()
                .name("postgres-" + directory.getFileName())
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
                .process()
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
        current.ifPresent(run -> run.process().destroyForcibly());
        List<ProcessHandle> rest = processes();
        while (!rest.isEmpty()) {
            rest.forEach(ProcessHandle::destroyForcibly);
            await(rest, SHUTDOWN_PATIENCE);
            if (options.restart()) {
                return;
            }
            rest = processes();
        }
    }

    /// Shuts the server down: open transactions are rolled back, everything committed is on disk. Returns when it has
    /// ended; the directory may then be started again.
    @Override
    public void close() {
        closing.countDown();
        current.ifPresent(run -> {
            signal("INT", run.process().toHandle());
            if (!await(List.of(run.process().toHandle()), SHUTDOWN_PATIENCE)) {
                log.warn("PostgreSQL in {} did not shut down within {}; it is killed", directory, SHUTDOWN_PATIENCE);
                run.process().destroyForcibly();
            }
        });
        try {
            if (keeper.isAlive()) {
                keeper.join(SHUTDOWN_PATIENCE);
            }
            lockFile.close();
            if (temporary) {
                PostgresBinaries.deleteTree(directory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "PostgreSQL in " + directory + " on port " + port;
    }

    // --- the server's life
    // -------------------------------------------------------------------------------------------

    /// One life of the server process.
    private record Run(Process process, CompletableFuture<Void> ready, Deque<String> lastLines) {

        private static final int KEPT = 20;

        void read() {
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    synchronized (lastLines) {
                        lastLines.addLast(line);
                        if (lastLines.size() > KEPT) {
                            lastLines.removeFirst();
                        }
                    }
                    report(line);
                    if (line.contains(READY)) {
                        ready.complete(null);
                    }
                }
            } catch (IOException e) {
                log.debug("PostgreSQL's output ended: {}", e.getMessage());
            } finally {
                ready.completeExceptionally(new PostgresException("PostgreSQL ended:\n" + said()));
            }
        }

        String said() {
            synchronized (lastLines) {
                return String.join("\n", lastLines);
            }
        }

        private static void report(String line) {
            if (line.startsWith("PANIC:") || line.startsWith("FATAL:")) {
                log.warn(line);
            } else {
                log.debug(line);
            }
        }
    }

    private void keep() {
        int failures = 0;
        while (closing.getCount() > 0) {
            try {
                boolean freePort = port == 0 || (options.port() == 0 && !firstReady.isDone());
                if (freePort) {
                    port = freePort();
                }
                Run run = launch();
                current = Optional.of(run);
                if (closing.getCount() == 0) {
                    signal("INT", run.process().toHandle());
                }
                becomeReady(run);
                firstReady.complete(null);
                failures = 0;
                int code = run.process().waitFor();
                current = Optional.empty();
                if (closing.getCount() == 0 || !options.restart()) {
                    return;
                }
                log.warn("PostgreSQL in {} ended with code {}; starting it again", directory, code);
                endLeftovers();
            } catch (PostgresException | IOException e) {
                current = Optional.empty();
                failures++;
                boolean portTaken = String.valueOf(e.getMessage()).contains("Address already in use");
                if (!firstReady.isDone() && !(portTaken && options.port() == 0 && failures < 10)) {
                    firstReady.completeExceptionally(e);
                    return;
                }
                log.warn("PostgreSQL in {} does not start: {}", directory, e.getMessage());
                if (waitedForClosing(Duration.ofMillis(Math.min(5_000, 50L << Math.min(failures, 10))))) {
                    return;
                }
            } catch (InterruptedException e) {
                firstReady.completeExceptionally(e);
                return;
            }
        }
    }

    private void becomeReady(Run run) throws InterruptedException {
        try {
            run.ready().get(options.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            run.process().destroyForcibly();
            throw new PostgresException(
                    "PostgreSQL was not ready within " + options.patience() + ":\n" + run.said(), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PostgresException p
                    ? p
                    : new PostgresException("PostgreSQL did not start", e);
        }
    }

    private boolean waitedForClosing(Duration atMost) {
        try {
            return closing.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private Run launch() throws IOException {
        // A session of its own: Ctrl-C in the terminal is the node's to handle, not the server's.
        var command = new ArrayList<String>();
        command.addAll(List.of("setsid", "setpriv", "--pdeathsig", "INT"));
        command.addAll(List.of(binaries.program("postgres"), "-D", data.toString(), "-p", Integer.toString(port)));
        var settings = new LinkedHashMap<>(SETTINGS);
        settings.putAll(options.settings());
        settings.forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        Process process = process(command).start();
        var run = new Run(process, new CompletableFuture<>(), new ArrayDeque<>());
        Thread.ofPlatform().name("postgres-output-" + process.pid()).daemon().start(run::read);
        return run;
    }

    private ProcessBuilder process(List<String> command) {
        var builder = new ProcessBuilder(account.running(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path, "LC_ALL", "C", "TZ", "UTC"));
        return builder;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    // --- the directory
    // -----------------------------------------------------------------------------------------------

    private static Path openDirectory(Path wanted) throws IOException {
        return Files.createDirectories(wanted).toRealPath();
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Optional<FileLock> held;
        try {
            held = Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            held = Optional.empty();
        }
        if (held.isEmpty()) {
            String owner = Files.readString(file).strip();
            channel.close();
            throw new PostgresException("The database in "
                    + directory
                    + " is in use by process "
                    + owner
                    + ". Stop that one first, or use another data directory.");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static String password(Path directory) throws IOException {
        Path file = directory.resolve("password");
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Path fresh = directory.resolve("password.new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, HexFormat.of().formatHex(random) + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return HexFormat.of().formatHex(random);
        }
    }

    /// Makes the cluster beside its final place, so that a start that is cut short leaves none that is half made.
    private void initialise() throws IOException {
        Path fresh = directory.resolve("data.new");
        PostgresBinaries.deleteTree(fresh);
        Files.createDirectory(
                fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        account.own(directory);
        Process initdb = process(List.of(
                        binaries.program("initdb"),
                        "--pgdata=" + fresh,
                        "--username=" + USER,
                        "--pwfile=" + directory.resolve("password"),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--data-checksums",
                        "--no-instructions"))
                .start();
        String said = new String(initdb.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (initdb.waitFor() != 0) {
                throw new PostgresException("Cannot make a database in " + directory + ":\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("Interrupted while making a database in " + directory, e);
        }
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /// After a kill -9 of the owner the server may still be shutting down; after a kill -9 of the server its children
    /// may still be at work. Both must have ended before another one starts on the same files.
    private void endLeftovers() throws IOException {
        List<ProcessHandle> leftovers = processes();
        if (!leftovers.isEmpty()) {
            log.info("PostgreSQL in {} is still shutting down from its last run; waiting for it", directory);
            Optional<Long> server = serverInPidFile();
            leftovers.forEach(p -> signal(server.filter(pid -> pid == p.pid()).isPresent() ? "INT" : "QUIT", p));
            if (!await(leftovers, SHUTDOWN_PATIENCE)) {
                processes().forEach(ProcessHandle::destroyForcibly);
                await(leftovers, SHUTDOWN_PATIENCE);
            }
        }
        // PostgreSQL takes any process that has the number in its file for itself. None has our
        // directory open now,
        // so whoever has that number is a stranger.
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }

    private Optional<Long> serverInPidFile() throws IOException {
        try (var lines = Files.lines(data.resolve("postmaster.pid"))) {
            return lines.findFirst().filter(l -> l.matches("\\d+")).map(Long::valueOf);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Every process of this server: PostgreSQL's processes, and only they, work in the data directory.
    private List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> {
                    try {
                        return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
                                .equals(data);
                    } catch (IOException e) {
                        return false; // ended meanwhile, or another user's
                    }
                })
                .toList();
    }

    private static boolean await(List<ProcessHandle> processes, Duration atMost) {
        var all = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        try {
            all.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Java can only send TERM and KILL, which to PostgreSQL mean "when all clients have gone" and "crash".
    private static void signal(String name, ProcessHandle process) {
        try {
            new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid() + " 2>/dev/null")
                    .start()
                    .waitFor();
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
