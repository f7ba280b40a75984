package hanse.certs;

import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// The public half of a signing key, decoded once: decoding the point is a good part of what a verification costs.
public final class VerifyKey {
    /// Bytes of a raw public key.
    public static final int SIZE = Ed25519.PUBLIC_KEY_SIZE;

    private final byte[] raw;
    private final Ed25519.PublicPoint point;
    private final Optional<PublicKey> forAccelerator;

    private VerifyKey(byte[] raw, Ed25519.PublicPoint point) {
        this.raw = raw;
        this.point = point;
        this.forAccelerator = Ed25519Accelerator.publicKey(raw);
    }

    /// @param raw 32 bytes (RFC 8032)
    /// @throws IllegalArgumentException when they are not a point of the curve's prime-order group
    public static VerifyKey of(byte[] raw) {
        byte[] copy = raw.clone();
        if (copy.length != SIZE) {
            throw new IllegalArgumentException("an Ed25519 key has " + SIZE + " bytes");
        }
        // Full: a key of small order would accept signatures that nobody made.
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyFullExport(copy, 0);
        if (point == null) {
            throw new IllegalArgumentException("not an Ed25519 key");
        }
        return new VerifyKey(copy, point);
    }

    /// A key that was checked by [#of] before it was stored: only decoded, which is ten times cheaper.
    public static VerifyKey stored(byte[] raw) {
        byte[] copy = raw.clone();
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyPartialExport(copy, 0);
        if (point == null) {
            throw new IllegalStateException("a stored public key is no point of the curve");
        }
        return new VerifyKey(copy, point);
    }

    /// @param base64 the standard alphabet, 32 bytes
    /// @throws IllegalArgumentException when it is anything else
    public static VerifyKey parse(String base64) {
        return of(Base64.getDecoder().decode(base64));
    }

    /// The 32 bytes.
    public byte[] raw() {
        return raw.clone();
    }

    /// The 32 bytes in Base64.
    public String base64() {
        return Base64.getEncoder().encodeToString(raw);
    }

    /// Whether the signature is this key's over the message; 25 to 60 µs. Never throws: a signature of another length
    /// is simply not one.
    public boolean verify(byte[] message, byte[] signature) {
        if (signature.length != Ed25519.SIGNATURE_SIZE) {
            return false;
        }
        return forAccelerator.isPresent()
                ? Ed25519Accelerator.verifies(forAccelerator.get(), message, signature)
                : Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifyKey key && Arrays.equals(raw, key.raw);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(raw);
    }

    @Override
    public String toString() {
        return base64();
    }
}
