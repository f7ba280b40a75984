package hanse.node.identity;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 public key, checked to be a point of the group's full order and decoded once, since it verifies often.
public final class Ed25519Key {
    public static final int LENGTH = Ed25519.PUBLIC_KEY_SIZE;
    public static final int SIGNATURE_LENGTH = Ed25519.SIGNATURE_SIZE;

    private final byte[] bytes;
    private final Ed25519.PublicPoint point;
    private final Optional<PublicKey> forAccelerator;

    private Ed25519Key(byte[] bytes, Ed25519.PublicPoint point) {
        this.bytes = bytes;
        this.point = point;
        this.forAccelerator = Ed25519Accelerator.key(bytes);
    }

    /// Reads what a caller wrote: 32 bytes in base64. Refuses with `BAD_PUBLIC_KEY`.
    public static Ed25519Key parse(String base64) {
        try {
            return of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PUBLIC_KEY);
        }
    }

    /// A key of 32 bytes. Refuses with `BAD_PUBLIC_KEY`.
    public static Ed25519Key of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new RefusedException(Reason.BAD_PUBLIC_KEY);
        }
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyFullExport(bytes, 0);
        if (point == null) {
            throw new RefusedException(Reason.BAD_PUBLIC_KEY);
        }
        return new Ed25519Key(bytes.clone(), point);
    }

    /// A key that was checked before it was stored: only decoded, which is ten times cheaper.
    static Ed25519Key stored(byte[] bytes) {
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyPartialExport(bytes, 0);
        if (point == null) {
            throw new IllegalStateException("a stored public key is no point of the curve");
        }
        return new Ed25519Key(bytes, point);
    }

    /// Whether this key made `signature` over `message`; 25 to 60 µs, the most that a call costs before its operation.
    public boolean verifies(byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_LENGTH) {
            return false;
        }
        return forAccelerator.isPresent()
                ? Ed25519Accelerator.verifies(forAccelerator.get(), message, signature)
                : Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    /// Refuses with `BAD_PROOF` unless `signature` is base64 of a signature of this key over `message`.
    void requireProof(byte[] message, String signature) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(signature);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PROOF);
        }
        if (!verifies(message, bytes)) {
            throw new RefusedException(Reason.BAD_PROOF);
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ed25519Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
