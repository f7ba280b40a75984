package hanse.certs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A certificate with its private key, and the CA above it.
///
/// @param key P-256
/// @param chain the leaf first, then its CA
public record Leaf(PrivateKey key, List<X509Certificate> chain) {
    /// @throws IllegalArgumentException when the chain is empty
    public Leaf {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a leaf has a certificate");
        }
    }

    /// The leaf's own certificate.
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /// When it stops being valid.
    public Instant expiresAt() {
        return certificate().getNotAfter().toInstant();
    }

    /// When it is to be renewed: two thirds into its life, so that a third is left to notice that renewal fails.
    public Instant renewAt() {
        Instant from = certificate().getNotBefore().toInstant();
        return from.plus(Duration.between(from, expiresAt()).multipliedBy(2).dividedBy(3));
    }

    /// The chain as PEM.
    public String chainPem() {
        return Pem.certificates(chain);
    }

    /// The private key as PEM (PKCS#8). A secret.
    public String keyPem() {
        return Pem.encode(Pem.PRIVATE_KEY, key.getEncoded());
    }

    /// Writes `<name>.key` (mode 600) and `<name>.crt` into a directory.
    ///
    /// @throws java.io.UncheckedIOException when the file system refuses
    public void write(Path directory, String name) {
        // A crash in between leaves a key that does not fit the certificate: read as no leaf at all, and issued anew.
        KeyFiles.writeSecret(directory.resolve(name + ".key"), keyPem());
        KeyFiles.writePublic(directory.resolve(name + ".crt"), chainPem());
    }

    /// Reads what [#write] wrote; empty when a file is missing, damaged, or they do not belong together.
    ///
    /// @throws java.io.UncheckedIOException when a file is there and cannot be read
    public static Optional<Leaf> read(Path directory, String name) {
        Path keyFile = directory.resolve(name + ".key");
        Path chainFile = directory.resolve(name + ".crt");
        if (!Files.exists(keyFile) || !Files.exists(chainFile)) {
            return Optional.empty();
        }
        try {
            PrivateKey key = privateKey(KeyFiles.read(keyFile));
            List<X509Certificate> chain = Pem.certificates(KeyFiles.read(chainFile));
            return !chain.isEmpty() && belongTogether(key, chain.getFirst())
                    ? Optional.of(new Leaf(key, chain))
                    : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Pem.decodeOne(Pem.PRIVATE_KEY, pem)));
    }

    static boolean belongTogether(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        byte[] probe = {1, 2, 3};
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key);
        signer.update(probe);
        byte[] signature = signer.sign();
        signer.initVerify(certificate.getPublicKey());
        signer.update(probe);
        return signer.verify(signature);
    }

    /// Without the key.
    @Override
    public String toString() {
        return "Leaf[" + certificate().getSubjectX500Principal() + " until " + expiresAt() + "]";
    }
}
