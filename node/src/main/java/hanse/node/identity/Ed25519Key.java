package hanse.node.identity;

import hanse.certs.VerifyKey;
import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.util.Base64;
import java.util.HexFormat;

/// The public key of an agent or an operator: a [VerifyKey], with refusals for what callers write.
public final class Ed25519Key {
    public static final int LENGTH = VerifyKey.SIZE;

    private final VerifyKey key;

    private Ed25519Key(VerifyKey key) {
        this.key = key;
    }

    /// Reads what a caller wrote: 32 bytes in base64. Refuses with `BAD_PUBLIC_KEY`.
    public static Ed25519Key parse(String base64) {
        try {
            return new Ed25519Key(VerifyKey.parse(base64));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PUBLIC_KEY);
        }
    }

    /// A key of 32 bytes. Refuses with `BAD_PUBLIC_KEY`.
    public static Ed25519Key of(byte[] bytes) {
        try {
            return new Ed25519Key(VerifyKey.of(bytes));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PUBLIC_KEY);
        }
    }

    /// A key that was checked before it was stored.
    public static Ed25519Key stored(byte[] bytes) {
        return new Ed25519Key(VerifyKey.stored(bytes));
    }

    /// Whether this key made `signature` over `message`: the most that a call costs before its operation.
    public boolean verifies(byte[] message, byte[] signature) {
        return key.verify(message, signature);
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
        return key.raw();
    }

    public String base64() {
        return key.base64();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ed25519Key same && key.equals(same.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(key.raw());
    }
}
