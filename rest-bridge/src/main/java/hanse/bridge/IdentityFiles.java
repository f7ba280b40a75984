package hanse.bridge;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A certificate chain and its key in two PEM files, read again when either has changed. Files that cannot be read (a
/// renewal writes one before the other) leave the last good pair in use.
final class IdentityFiles implements Supplier<TlsIdentity> {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityFiles.class);

    /// What the files' times were when `identity` was read, or tried.
    private record Loaded(FileTime cert, FileTime key, TlsIdentity identity) {}

    private final Path cert;
    private final Path key;
    private volatile Loaded loaded;

    private IdentityFiles(Path cert, Path key, Loaded loaded) {
        this.cert = cert;
        this.key = key;
        this.loaded = loaded;
    }

    /// @throws IOException when a file cannot be read or is not what it should be
    static IdentityFiles open(Path cert, Path key) throws IOException {
        return new IdentityFiles(cert, key, load(cert, key));
    }

    @Override
    public TlsIdentity get() {
        Loaded before = loaded;
        FileTime certTime = time(cert);
        FileTime keyTime = time(key);
        if (!certTime.equals(before.cert()) || !keyTime.equals(before.key())) {
            loaded = new Loaded(certTime, keyTime, before.identity());
            try {
                loaded = load(cert, key);
            } catch (IOException e) {
                LOG.warn("keeping the old certificate: {} or {} cannot be read", cert, key, e);
            }
        }
        return loaded.identity();
    }

    /// A file that is not there is as old as can be.
    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private static Loaded load(Path cert, Path key) throws IOException {
        FileTime certTime = Files.getLastModifiedTime(cert);
        FileTime keyTime = Files.getLastModifiedTime(key);
        try {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(cert)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            PrivateKey secret = privateKey(Files.readString(key, StandardCharsets.US_ASCII));
            requirePair(secret, chain);
            return new Loaded(certTime, keyTime, new TlsIdentity(secret, chain));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("not a PEM certificate chain and its PKCS#8 key: " + cert + ", " + key, e);
        }
    }

    /// Between the two writes of a renewal the files do not belong together.
    private static void requirePair(PrivateKey key, List<X509Certificate> chain) throws GeneralSecurityException {
        byte[] probe = "hanse".getBytes(StandardCharsets.UTF_8);
        Signature signature =
                Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(new TlsIdentity(key, chain).chain().getFirst());
        signature.update(probe);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("the key is not the certificate's");
        }
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        String base64 = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "");
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (InvalidKeySpecException notElliptic) {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        }
    }
}
