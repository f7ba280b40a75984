package hanse.wire.proof;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECFieldElement;
import org.bouncycastle.math.ec.ECPoint;

/// Pedersen commitments on P-256, a group of prime order: `C = v·G + r·H`. C hides v perfectly, and nobody can open it
/// to another value who does not know the discrete logarithm of H.
///
/// Nobody knows it: H is found by try and increment. x is SHA-256 of `hanse-pedersen-h-v1` and a counter (4 bytes,
/// big-endian, from 0), the first that is the abscissa of a point; of the two points the one with even y.
public final class Pedersen {
    /// A commitment's length: a compressed point.
    public static final int LENGTH = 33;

    static final int SCALAR_LENGTH = 32;

    private static final X9ECParameters P256 = CustomNamedCurves.getByName("secp256r1");
    static final ECCurve CURVE = P256.getCurve();

    /// The group's order.
    static final BigInteger ORDER = P256.getN();

    static final ECPoint G = P256.getG();
    static final ECPoint H = secondGenerator();

    private Pedersen() {}

    /// What opens a commitment; whoever has it can prove things about the value.
    ///
    /// @param value ≥ 0
    /// @param blinding 32 bytes, secret
    public record Opening(long value, byte[] blinding) {}

    /// A fresh opening of a value.
    public static Opening open(long value, SecureRandom random) {
        return new Opening(value, bytes(scalar(random)));
    }

    /// The commitment that an opening opens.
    ///
    /// @throws IllegalArgumentException if the value is negative or the blinding is no scalar
    public static byte[] commit(Opening opening) {
        if (opening.value() < 0) {
            throw new IllegalArgumentException("a count is never negative");
        }
        BigInteger blinding = scalar(opening.blinding())
                .orElseThrow(() -> new IllegalArgumentException("the blinding is not a scalar of 32 bytes"));
        return commit(BigInteger.valueOf(opening.value()), blinding).getEncoded(true);
    }

    static ECPoint commit(BigInteger value, BigInteger blinding) {
        return G.multiply(value).add(H.multiply(blinding)).normalize();
    }

    /// A point as it travels: compressed, on the curve, not the point at infinity.
    static Optional<ECPoint> point(byte[] encoded) {
        if (encoded.length != LENGTH || (encoded[0] != 2 && encoded[0] != 3)) {
            return Optional.empty();
        }
        try {
            return Optional.of(CURVE.decodePoint(encoded));
        } catch (IllegalArgumentException notOnTheCurve) {
            return Optional.empty();
        }
    }

    /// A scalar as it travels: 32 bytes, big-endian, below the order.
    static Optional<BigInteger> scalar(byte[] encoded) {
        if (encoded.length != SCALAR_LENGTH) {
            return Optional.empty();
        }
        BigInteger scalar = new BigInteger(1, encoded);
        return scalar.compareTo(ORDER) < 0 ? Optional.of(scalar) : Optional.empty();
    }

    static byte[] bytes(BigInteger scalar) {
        byte[] signed = scalar.toByteArray();
        byte[] bytes = new byte[SCALAR_LENGTH];
        int length = Math.min(signed.length, SCALAR_LENGTH);
        System.arraycopy(signed, signed.length - length, bytes, SCALAR_LENGTH - length, length);
        return bytes;
    }

    /// Uniform below the order, by rejection.
    static BigInteger scalar(SecureRandom random) {
        byte[] bytes = new byte[SCALAR_LENGTH];
        while (true) {
            random.nextBytes(bytes);
            Optional<BigInteger> scalar = scalar(bytes).filter(found -> found.signum() != 0);
            if (scalar.isPresent()) {
                return scalar.get();
            }
        }
    }

    private static ECPoint secondGenerator() {
        byte[] seed = "hanse-pedersen-h-v1".getBytes(StandardCharsets.US_ASCII);
        for (int counter = 0; ; counter++) {
            byte[] x = sha256(ByteBuffer.allocate(seed.length + Integer.BYTES)
                    .put(seed)
                    .putInt(counter)
                    .array());
            if (new BigInteger(1, x).compareTo(CURVE.getField().getCharacteristic()) >= 0) {
                continue;
            }
            ECFieldElement abscissa = CURVE.fromBigInteger(new BigInteger(1, x));
            ECFieldElement square =
                    abscissa.square().add(CURVE.getA()).multiply(abscissa).add(CURVE.getB());
            if (square.sqrt() != null) {
                byte[] compressed = new byte[LENGTH];
                compressed[0] = 2;
                System.arraycopy(x, 0, compressed, 1, x.length);
                return CURVE.decodePoint(compressed);
            }
        }
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
