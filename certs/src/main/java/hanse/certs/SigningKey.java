package hanse.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 key that signs: a registry's, an operator's. BouncyCastle's lightweight implementation, eight times as
/// fast as the JDK's, where there is no native one.
public final class SigningKey {
    /// Bytes of a signature.
    public static final int SIGNATURE_SIZE = Ed25519.SIGNATURE_SIZE;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] secret;
    private final byte[] publicKey;
    private final VerifyKey verifyKey;
    private final Optional<PrivateKey> forAccelerator;

    private SigningKey(byte[] secret) {
        this.secret = secret;
        this.publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(secret, 0, publicKey, 0);
        this.verifyKey = VerifyKey.of(publicKey);
        this.forAccelerator = Ed25519Accelerator.secretKey(secret);
    }

    /// A fresh key.
    public static SigningKey generate() {
        byte[] secret = new byte[Ed25519.SECRET_KEY_SIZE];
        Ed25519.generatePrivateKey(RANDOM, secret);
        return new SigningKey(secret);
    }

    /// Loads the key of a file, or makes one and writes it there (PKCS#8 PEM, mode 600, the directory made 700).
    ///
    /// @throws java.io.UncheckedIOException when the file system refuses
    /// @throws IllegalArgumentException when the file holds no Ed25519 key
    public static SigningKey openOrCreate(Path file) {
        if (Files.exists(file)) {
            return parse(KeyFiles.read(file));
        }
        KeyFiles.secureDirectory(file.toAbsolutePath().resolveSibling("."));
        SigningKey key = generate();
        KeyFiles.writeSecret(file, key.pem());
        return key;
    }

    /// Reads a key from PKCS#8 PEM.
    ///
    /// @throws IllegalArgumentException when it holds no Ed25519 key
    public static SigningKey parse(String pem) {
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(Pem.decodeOne(Pem.PRIVATE_KEY, pem));
            if (!info.getPrivateKeyAlgorithm().getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519)) {
                throw new IllegalArgumentException("not an Ed25519 key");
            }
            byte[] secret = ASN1OctetString.getInstance(info.parsePrivateKey())
                    .getOctets()
                    .clone();
            if (secret.length != Ed25519.SECRET_KEY_SIZE) {
                throw new IllegalArgumentException("not an Ed25519 key");
            }
            return new SigningKey(secret);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a PKCS#8 key", e);
        }
    }

    /// The key as PKCS#8 PEM, in the first version of that format: the second, with the public key in it, is refused by
    /// several readers. A secret.
    public String pem() {
        try {
            return Pem.encode(
                    Pem.PRIVATE_KEY,
                    new PrivateKeyInfo(
                                    new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519),
                                    new DEROctetString(secret))
                            .getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a key could not be encoded", e);
        }
    }

    /// Signs a message, alike each time (RFC 8032). Safe from any thread.
    ///
    /// @return 64 bytes
    public byte[] sign(byte[] message) {
        if (forAccelerator.isPresent()) {
            return Ed25519Accelerator.sign(forAccelerator.get(), message);
        }
        byte[] signature = new byte[SIGNATURE_SIZE];
        Ed25519.sign(secret, 0, publicKey, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /// The public half.
    public VerifyKey verifyKey() {
        return verifyKey;
    }

    /// The public half, 32 bytes.
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /// Verifies with a raw key that is used once; who verifies often keeps a [VerifyKey]. False also when the key is
    /// not one.
    public static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        return publicKey.length == Ed25519.PUBLIC_KEY_SIZE
                && signature.length == SIGNATURE_SIZE
                && Ed25519.validatePublicKeyFull(publicKey, 0)
                && Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "SigningKey[" + verifyKey + "]";
    }
}
