package hanse.certs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Replaces a registry's CA in three steps, between any two of which everything goes on: the next CA is made and peers
/// learn to trust it beside the present one; it signs; the one before is trusted no more. A running node follows within
/// seconds, and shows its peers its card anew.
public final class CaRotation {
    private static final String KEY = "ca.key";
    private static final String BUNDLE = "ca.crt";
    private static final String NEXT = "ca-next.key";

    private CaRotation() {}

    /// Makes the next CA in `ca-next.key`, and adds it to the bundle. It signs nothing yet.
    ///
    /// @throws IllegalStateException when one is under way
    public static void prepare(Path directory, String registryId, InstantSource clock) {
        CertificateAuthority present = CertificateAuthority.openOrCreate(directory, registryId, clock);
        if (Files.exists(directory.resolve(NEXT))) {
            throw new IllegalStateException("the next CA is there already, in " + directory.resolve(NEXT));
        }
        if (present.bundle().authorities().size() > 1) {
            throw new IllegalStateException("ca.crt has several CAs; finish the last rotation first");
        }
        try {
            KeyPair pair = CertificateAuthority.newKey();
            X509Certificate next = CertificateAuthority.selfSigned(registryId, pair, clock.instant());
            KeyFiles.writeSecret(
                    directory.resolve(NEXT),
                    Pem.encode(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()));
            List<X509Certificate> both = new ArrayList<>(present.bundle().authorities());
            both.add(next);
            KeyFiles.writePublic(directory.resolve(BUNDLE), Pem.certificates(both));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a CA could not be made", e);
        }
    }

    /// Has the next CA sign. Whoever has not learned of it by now does not know the certificates from here on.
    ///
    /// @throws IllegalStateException when none was prepared
    public static void turn(Path directory) {
        Path next = directory.resolve(NEXT);
        if (!Files.exists(next)) {
            throw new IllegalStateException("no next CA was prepared in " + directory);
        }
        // A crash in between leaves both: the same step again ends it.
        KeyFiles.writeSecret(directory.resolve(KEY), KeyFiles.read(next));
        try {
            Files.delete(next);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Trusts only the CA that signs now. Connections whose certificate another one has signed close.
    ///
    /// @throws IllegalStateException when the next CA does not sign yet
    public static void finish(Path directory, String registryId, InstantSource clock) {
        if (Files.exists(directory.resolve(NEXT))) {
            throw new IllegalStateException("the next CA does not sign yet");
        }
        CertificateAuthority present = CertificateAuthority.openOrCreate(directory, registryId, clock);
        KeyFiles.writePublic(directory.resolve(BUNDLE), Pem.certificates(List.of(present.certificate())));
    }
}
