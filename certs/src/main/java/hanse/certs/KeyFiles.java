package hanse.certs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/// Files that hold keys and certificates: whole or not there, after a crash too. A file is written beside its place,
/// forced to the disk, renamed into it, and the directory forced.
public final class KeyFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private KeyFiles() {}

    /// Makes the directory if it is not there, and its mode 700 in any case.
    ///
    /// @throws UncheckedIOException when the file system refuses
    public static void secureDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, OWNER_DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes what only the owner may read: mode 600 from its first byte on.
    ///
    /// @throws UncheckedIOException when the file system refuses
    public static void writeSecret(Path file, String text) {
        write(file, text, OWNER_ONLY);
    }

    /// Writes what anyone may read: mode 644.
    ///
    /// @throws UncheckedIOException when the file system refuses
    public static void writePublic(Path file, String text) {
        write(file, text, READABLE);
    }

    /// @throws UncheckedIOException when it cannot be read
    public static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text, Set<PosixFilePermission> mode) {
        Path target = file.toAbsolutePath();
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    beside,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                Files.setPosixFilePermissions(beside, mode);
                channel.force(true);
            }
            rename(beside, target);
            try (FileChannel directory = FileChannel.open(target.resolveSibling("."), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            discard(beside);
        }
    }

    private static void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("keys need a file system that renames atomically", e);
        }
    }

    private static void discard(Path leftover) {
        try {
            Files.deleteIfExists(leftover);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
