package hanse.certs;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Native Ed25519, about twice as fast as Java's fastest, where the machine has it (Linux on x86-64); elsewhere there
/// is none and nothing is missing but speed.
final class Ed25519Accelerator {
    private static final String ALGORITHM = "Ed25519";
    private static final Logger log = LoggerFactory.getLogger(Ed25519Accelerator.class);

    /// What stands before the 32 bytes of a public key in X.509's form of it, and of a secret one in PKCS#8's.
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final byte[] PKCS8_PREFIX = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private static final Optional<Provider> provider = load();

    private Ed25519Accelerator() {}

    /// A public key in the accelerator's form, if there is one.
    static Optional<PublicKey> publicKey(byte[] raw) {
        return provider.map(accelerator -> {
            try {
                return factory(accelerator).generatePublic(new X509EncodedKeySpec(joined(X509_PREFIX, raw)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key was checked before it came here", e);
            }
        });
    }

    /// A secret key in the accelerator's form, if there is one.
    static Optional<PrivateKey> secretKey(byte[] raw) {
        return provider.map(accelerator -> {
            try {
                return factory(accelerator).generatePrivate(new PKCS8EncodedKeySpec(joined(PKCS8_PREFIX, raw)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key was checked before it came here", e);
            }
        });
    }

    static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM, provider.orElseThrow());
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

    static byte[] sign(PrivateKey key, byte[] message) {
        try {
            Signature signer = Signature.getInstance(ALGORITHM, provider.orElseThrow());
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the accelerator was tried when it was loaded", e);
        }
    }

    private static KeyFactory factory(Provider accelerator) throws GeneralSecurityException {
        return KeyFactory.getInstance(ALGORITHM, accelerator);
    }

    private static byte[] joined(byte[] prefix, byte[] raw) {
        byte[] encoded = Arrays.copyOf(prefix, prefix.length + raw.length);
        System.arraycopy(raw, 0, encoded, prefix.length, raw.length);
        return encoded;
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
            factory(loaded);
            Signature.getInstance(ALGORITHM, loaded);
            return Optional.of(loaded);
        } catch (GeneralSecurityException e) {
            log.info("no native Ed25519 on this machine: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
