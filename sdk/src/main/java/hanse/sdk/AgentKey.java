package hanse.sdk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 private key with its public half. Immutable and safe for all threads.
///
/// Signs with BouncyCastle's lightweight implementation, which is several times as fast as the JDK's; the public half
/// is computed once. A signature is a pure function of key and bytes (RFC 8032), so signing the same text twice gives
/// the same signature.
public final class AgentKey {
    /// Length of a private seed and of a public key, in bytes.
    public static final int KEY_BYTES = 32;

    /// Length of a signature, in bytes.
    public static final int SIGNATURE_BYTES = 64;

    // PKCS#8 of an Ed25519 key is this constant (RFC 8410: version 0, OID 1.3.101.112, octet string in octet string)
    // and the seed, always: no ASN.1 parser is needed to read what OpenSSL and every library write.
    private static final byte[] PKCS8_PREFIX = {
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20
    };

    private static final String PEM_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String PEM_END = "-----END PRIVATE KEY-----";

    private final byte[] seed;
    private final byte[] publicKey;
    private final String publicKeyBase64;
    private final UnaryOperator<byte[]> signer;

    private AgentKey(byte[] seed) {
        this.seed = seed;
        this.publicKey = new byte[KEY_BYTES];
        Ed25519.generatePublicKey(seed, 0, publicKey, 0);
        this.publicKeyBase64 = Base64.getEncoder().encodeToString(publicKey);
        this.signer = this::signed;
    }

    private AgentKey(AgentKey same, UnaryOperator<byte[]> signer) {
        this.seed = same.seed;
        this.publicKey = same.publicKey;
        this.publicKeyBase64 = same.publicKeyBase64;
        this.signer = signer;
    }

    /// A new key from the platform's secure randomness.
    public static AgentKey generate() {
        byte[] seed = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(seed);
        return new AgentKey(seed);
    }

    /// The key of a seed (RFC 8032's 32-byte private key).
    ///
    /// @throws IllegalArgumentException when it is not 32 bytes
    public static AgentKey fromSeed(byte[] seed) {
        if (seed.length != KEY_BYTES) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, not " + seed.length);
        }
        return new AgentKey(seed.clone());
    }

    /// Reads a PKCS#8 PEM, as `openssl genpkey -algorithm ed25519` and [#toPem] write it.
    ///
    /// @throws IllegalArgumentException when it is not an unencrypted Ed25519 key in PKCS#8
    public static AgentKey fromPem(String pem) {
        int begin = pem.indexOf(PEM_BEGIN);
        int end = pem.indexOf(PEM_END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("not a PKCS#8 PEM: no " + PEM_BEGIN);
        }
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + PEM_BEGIN.length(), end));
        if (der.length != PKCS8_PREFIX.length + KEY_BYTES
                || !Arrays.equals(der, 0, PKCS8_PREFIX.length, PKCS8_PREFIX, 0, PKCS8_PREFIX.length)) {
            throw new IllegalArgumentException("not an Ed25519 private key");
        }
        return new AgentKey(Arrays.copyOfRange(der, PKCS8_PREFIX.length, der.length));
    }

    /// Reads a PEM file; see [#fromPem].
    public static AgentKey read(Path pemFile) throws IOException {
        return fromPem(Files.readString(pemFile, StandardCharsets.US_ASCII));
    }

    /// The key as PKCS#8 PEM. Whoever reads it is the agent: see [#write].
    public String toPem() {
        byte[] der = Arrays.copyOf(PKCS8_PREFIX, PKCS8_PREFIX.length + KEY_BYTES);
        System.arraycopy(seed, 0, der, PKCS8_PREFIX.length, KEY_BYTES);
        return PEM_BEGIN + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + PEM_END + "\n";
    }

    /// Writes the key to a new PEM file that only its owner can read (mode 600 from its first moment).
    ///
    /// @throws java.nio.file.FileAlreadyExistsException rather than overwrite a key
    public void write(Path pemFile) throws IOException {
        if (pemFile.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(
                    pemFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(pemFile, toPem());
        } else {
            Files.writeString(pemFile, toPem(), StandardOpenOption.CREATE_NEW);
        }
    }

    /// The raw public key, 32 bytes.
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /// The raw public key in base64: what `public_key` fields take.
    public String publicKeyBase64() {
        return publicKeyBase64;
    }

    /// The same key, whose signatures `signer` computes: for who signs thousands of times a second and has a native
    /// Ed25519 at hand.
    public AgentKey signingWith(UnaryOperator<byte[]> signer) {
        return new AgentKey(this, signer);
    }

    /// Signs some bytes; 64 bytes.
    public byte[] sign(byte[] text) {
        return signer.apply(text);
    }

    private byte[] signed(byte[] text) {
        byte[] signature = new byte[SIGNATURE_BYTES];
        Ed25519.sign(seed, 0, publicKey, 0, text, 0, text.length, signature, 0);
        return signature;
    }

    /// Signs some bytes; the signature in base64.
    public String signBase64(byte[] text) {
        return Base64.getEncoder().encodeToString(sign(text));
    }

    /// Whether `signature` is one of `text` by the owner of `publicKey`; false also for keys and signatures of a wrong
    /// length.
    public static boolean verifies(byte[] publicKey, byte[] text, byte[] signature) {
        return publicKey.length == KEY_BYTES
                && signature.length == SIGNATURE_BYTES
                && Ed25519.verify(signature, 0, publicKey, 0, text, 0, text.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AgentKey that && Arrays.equals(seed, that.seed);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(publicKey);
    }

    /// Names the public half only.
    @Override
    public String toString() {
        return "AgentKey[" + publicKeyBase64 + "]";
    }
}
