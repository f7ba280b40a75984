package hanse.schema;

import java.io.IOException;
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
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's directory while this JVM owns it: the lock that keeps others away, the password, the cluster, and the
/// processes that work in it.
///
/// ```
/// <directory>/
///   lock       held while a JVM owns the directory; names its process
///   password   of the database superuser (mode 600)
///   data/      PostgreSQL's own
/// ```
final class PostgresDirectory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger("hanse.postgres");

    private final Path path;
    private final FileChannel lockFile;

    private PostgresDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /// Makes the directory unless it is there, and takes it for this JVM.
    ///
    /// @throws PostgresException if another process owns it
    static PostgresDirectory open(Path wanted) throws IOException {
        Path path = Files.createDirectories(wanted).toRealPath();
        return new PostgresDirectory(path, lock(path));
    }

    Path path() {
        return path;
    }

    Path data() {
        return path.resolve("data");
    }

    boolean hasCluster() {
        return Files.isDirectory(data());
    }

    /// The superuser's; made at random when there is none yet.
    String password() throws IOException {
        Path file = passwordFile();
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Path fresh = path.resolve("password.new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, HexFormat.of().formatHex(random) + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return HexFormat.of().formatHex(random);
        }
    }

    /// Makes the cluster beside its final place, so that a start that is cut short leaves none that is half made.
    void initialise(PostgresPrograms programs, String superuser) throws IOException {
        Path fresh = path.resolve("data.new");
        PostgresBinaries.deleteTree(fresh);
        Files.createDirectory(
                fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        programs.own(path);
        Process initdb = programs.start(
                path,
                List.of(
                        programs.path("initdb"),
                        "--pgdata=" + fresh,
                        "--username=" + superuser,
                        "--pwfile=" + passwordFile(),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--data-checksums",
                        "--no-instructions"));
        String said = new String(initdb.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (initdb.waitFor() != 0) {
                throw new PostgresException("Cannot make a database in " + path + ":\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("Interrupted while making a database in " + path, e);
        }
        Files.move(fresh, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Every process of this server: PostgreSQL's processes, and only they, work in the data directory.
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> {
                    try {
                        return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
                                .equals(data());
                    } catch (IOException e) {
                        return false; // ended meanwhile, or another user's
                    }
                })
                .toList();
    }

    /// After a kill -9 of the owner the server may still be shutting down; after a kill -9 of the server its children
    /// may still be at work. Both must have ended before another one starts on the same files.
    void endLeftovers(Duration patience) throws IOException {
        List<ProcessHandle> leftovers = processes();
        if (!leftovers.isEmpty()) {
            log.info("PostgreSQL in {} is still shutting down from its last run; waiting for it", path);
            Optional<Long> server = serverInPidFile();
            leftovers.forEach(process -> (server.filter(pid -> pid == process.pid())
                                    .isPresent()
                            ? Shutdown.FAST
                            : Shutdown.IMMEDIATE)
                    .ask(process));
            if (!Shutdown.await(leftovers, patience)) {
                processes().forEach(ProcessHandle::destroyForcibly);
                Shutdown.await(leftovers, patience);
            }
        }
        // PostgreSQL takes any process that has the number in its file for itself. None has our directory open now, so
        // whoever has that number is a stranger.
        Files.deleteIfExists(pidFile());
    }

    /// Deletes the directory with all that is in it.
    void delete() throws IOException {
        PostgresBinaries.deleteTree(path);
    }

    /// Lets others have the directory.
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private Optional<Long> serverInPidFile() throws IOException {
        try (var lines = Files.lines(pidFile())) {
            return lines.findFirst().filter(l -> l.matches("\\d+")).map(Long::valueOf);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private Path pidFile() {
        return data().resolve("postmaster.pid");
    }

    private Path passwordFile() {
        return path.resolve("password");
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
}
