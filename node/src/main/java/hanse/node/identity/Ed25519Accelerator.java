package hanse.node.identity;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Native Ed25519, about twice as fast as Java's fastest, where the machine has it (Linux on x86-64); elsewhere there
/// is none and nothing is missing but speed.
final class Ed25519Accelerator {
    private static final Logger log = LoggerFactory.getLogger(Ed25519Accelerator.class);

    /// What stands before the 32 bytes of a key in X.509's form of it.
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final Optional<Provider> provider = load();

    private Ed25519Accelerator() {}

    /// The key in the accelerator's form, if there is one.
    static Optional<PublicKey> key(byte[] bytes) {
        return provider.map(accelerator -> key(accelerator, bytes));
    }

    static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519", provider.orElseThrow());
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            // That is how it says that the signature is no signature at all.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the accelerator was tried when it was loaded", e);
        }
    }

    private static PublicKey key(Provider accelerator, byte[] bytes) {
        byte[] encoded = new byte[X509_PREFIX.length + bytes.length];
        System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
        System.arraycopy(bytes, 0, encoded, X509_PREFIX.length, bytes.length);
        try {
            return KeyFactory.getInstance("Ed25519", accelerator).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key was checked before it came here", e);
        }
    }

    private static Optional<Provider> load() {
        // Read by the provider when its class is initialised.
        System.setProperty("com.amazon.corretto.crypto.provider.registerEdKeyFactory", "true");
        AmazonCorrettoCryptoProvider loaded = AmazonCorrettoCryptoProvider.INSTANCE;
        try {
            if (loaded.getLoadingError() != null) {
                log.info(
                        "no native Ed25519 on this machine: {}",
                        loaded.getLoadingError().getMessage());
                return Optional.empty();
            }
            KeyFactory.getInstance("Ed25519", loaded);
            Signature.getInstance("Ed25519", loaded);
            return Optional.of(loaded);
        } catch (GeneralSecurityException e) {
            log.info("no native Ed25519 on this machine: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
