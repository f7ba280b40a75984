package hanse.certs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Replaces a registry's signing key in three steps: the next one is made, and peers learn of it by a card that
/// the present one signs; it signs, from a process's next start; the one before is believed by peers no more.
/// Between any two of them peers believe both, so processes may start anew one after the other.
public final class KeyRotation {
    private static final String KEY = "signing.key";
    private static final String NEXT = "signing-next.key";
    private static final String BEFORE = "signing-before.key";

    /// Public keys that signed once, one a line: what they signed stays true.
    private static final String PAST = "signing.past";

    private KeyRotation() {}

    /// Makes the next key. It signs nothing yet.
    ///
    /// @throws IllegalStateException when a rotation is under way
    public static void prepare(Path directory) {
        if (Files.exists(directory.resolve(NEXT)) || Files.exists(directory.resolve(BEFORE))) {
            throw new IllegalStateException("a rotation of the signing key is under way; finish it first");
        }
        KeyFiles.writeSecret(directory.resolve(NEXT), SigningKey.generate().pem());
    }

    /// Has the next key sign, in every process that starts from now on.
    ///
    /// @throws IllegalStateException when none was prepared
    public static void turn(Path directory) {
        Path next = directory.resolve(NEXT);
        if (!Files.exists(next)) {
            throw new IllegalStateException("no next signing key was prepared in " + directory);
        }
        // A crash in between leaves the next one: the same step again ends it.
        String key = KeyFiles.read(next);
        String present = KeyFiles.read(directory.resolve(KEY));
        if (!present.equals(key)) {
            KeyFiles.writeSecret(directory.resolve(BEFORE), present);
            KeyFiles.writeSecret(directory.resolve(KEY), key);
        }
        delete(next);
    }

    /// Has peers believe the key before no more. Every process signs with the present one by now.
    ///
    /// @throws IllegalStateException when there is none before
    public static void finish(Path directory) {
        Path before = directory.resolve(BEFORE);
        if (!Files.exists(before)) {
            throw new IllegalStateException("there is no signing key before the present one in " + directory);
        }
        List<VerifyKey> past = new ArrayList<>(past(directory));
        KeyFiles.writePublic(
                directory.resolve(PAST),
                String.join("\n", past.stream().map(VerifyKey::base64).toList()) + "\n");
        delete(before);
    }

    /// The keys that peers are to believe beside the one that a process signs with.
    ///
    /// @param own that one, which since its start may have become the one before
    public static List<VerifyKey> further(Path directory, VerifyKey own) {
        List<VerifyKey> further = new ArrayList<>();
        for (String file : List.of(NEXT, KEY, BEFORE)) {
            if (Files.exists(directory.resolve(file))) {
                further.add(
                        SigningKey.parse(KeyFiles.read(directory.resolve(file))).verifyKey());
            }
        }
        return further.stream().distinct().filter(key -> !key.equals(own)).toList();
    }

    /// The keys that signed before the present one.
    public static List<VerifyKey> past(Path directory) {
        List<VerifyKey> past = new ArrayList<>();
        if (Files.exists(directory.resolve(PAST))) {
            KeyFiles.read(directory.resolve(PAST))
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(VerifyKey::parse)
                    .forEach(past::add);
        }
        if (Files.exists(directory.resolve(BEFORE))) {
            past.add(SigningKey.parse(KeyFiles.read(directory.resolve(BEFORE))).verifyKey());
        }
        return List.copyOf(past);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
