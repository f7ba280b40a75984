package hanse.wire.proof;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.math.ec.ECPoint;

/// Shows that the value in a Pedersen commitment is at least a bound, and nothing else.
///
/// `d = v − n` is committed bit by bit, `Cᵢ = bᵢ·G + rᵢ·H` with `Σ 2ⁱ Cᵢ = C − n·G`; for each bit an OR-proof (Cramer,
/// Damgård, Schoenmakers 1994) shows that it is 0 or 1, all under one challenge made by hashing (Fiat, Shamir 1986) the
/// whole statement, the verifier's context and every first move. d has 32 bits, so it cannot have wrapped around.
///
/// A proof is the challenge (32 bytes); for the bits 1 to 31 the commitment (33 bytes; that of bit 0 follows from the
/// others); for the bits 0 to 31 three scalars (32 bytes each): the challenge of `b = 0`, and the answers of `b = 0`
/// and `b = 1`.
public final class AtLeastProof {
    /// A proof's length.
    public static final int LENGTH = 32 + 31 * 33 + 32 * 3 * 32;

    /// The most that a value may exceed the bound by.
    public static final long MOST_ABOVE = (1L << 32) - 1;

    private static final int BITS = 32;

    private AtLeastProof() {}

    /// Proves that the opening's value is at least `bound`.
    ///
    /// @param statement what the commitment stands in, so that the proof speaks of this one attestation
    /// @param context whom it is for: it convinces nobody else
    /// @throws IllegalArgumentException if it is not true, or the value exceeds the bound by more than
    /// [#MOST_ABOVE]
    public static byte[] prove(
            Pedersen.Opening opening, long bound, byte[] statement, byte[] context, SecureRandom random) {
        if (bound < 0 || opening.value() < bound || opening.value() - bound > MOST_ABOVE) {
            throw new IllegalArgumentException("this cannot be proved");
        }
        byte[] commitment = Pedersen.commit(opening);
        long above = opening.value() - bound;
        BigInteger rest = Pedersen.scalar(opening.blinding()).orElseThrow();
        BigInteger[] blinding = new BigInteger[BITS];
        for (int i = 1; i < BITS; i++) {
            blinding[i] = Pedersen.scalar(random);
            rest = rest.subtract(blinding[i].shiftLeft(i));
        }
        blinding[0] = rest.mod(Pedersen.ORDER);

        List<ECPoint> commitments = new ArrayList<>();
        List<ECPoint> moves = new ArrayList<>();
        BigInteger[] nonce = new BigInteger[BITS];
        BigInteger[] pretendedChallenge = new BigInteger[BITS];
        BigInteger[] pretendedAnswer = new BigInteger[BITS];
        for (int i = 0; i < BITS; i++) {
            boolean one = bit(above, i);
            ECPoint bitCommitment = Pedersen.commit(one ? BigInteger.ONE : BigInteger.ZERO, blinding[i]);
            commitments.add(bitCommitment);
            nonce[i] = Pedersen.scalar(random);
            pretendedChallenge[i] = Pedersen.scalar(random);
            pretendedAnswer[i] = Pedersen.scalar(random);
            ECPoint honest = Pedersen.H.multiply(nonce[i]);
            // The branch that is not true is answered before its challenge is known.
            ECPoint pretended = move(branch(bitCommitment, !one), pretendedChallenge[i], pretendedAnswer[i]);
            moves.add(one ? pretended : honest);
            moves.add(one ? honest : pretended);
        }
        BigInteger challenge = challenge(commitment, bound, statement, context, commitments, moves);
        ByteBuffer proof = ByteBuffer.allocate(LENGTH).put(Pedersen.bytes(challenge));
        commitments.subList(1, BITS).forEach(point -> proof.put(point.getEncoded(true)));
        for (int i = 0; i < BITS; i++) {
            BigInteger ownChallenge = challenge.subtract(pretendedChallenge[i]).mod(Pedersen.ORDER);
            BigInteger ownAnswer =
                    nonce[i].add(ownChallenge.multiply(blinding[i])).mod(Pedersen.ORDER);
            boolean one = bit(above, i);
            proof.put(Pedersen.bytes(one ? pretendedChallenge[i] : ownChallenge));
            proof.put(Pedersen.bytes(one ? pretendedAnswer[i] : ownAnswer));
            proof.put(Pedersen.bytes(one ? ownAnswer : pretendedAnswer[i]));
        }
        return proof.array();
    }

    /// Whether `proof` shows, for this statement and context, that the value in `commitment` is at least `bound`.
    /// Never throws, whatever it is given.
    public static boolean verify(byte[] commitment, long bound, byte[] statement, byte[] context, byte[] proof) {
        Optional<ECPoint> committed = Pedersen.point(commitment);
        if (committed.isEmpty() || bound < 0 || proof.length != LENGTH) {
            return false;
        }
        ByteBuffer rest = ByteBuffer.wrap(proof);
        Optional<BigInteger> challenge = Pedersen.scalar(take(rest, Pedersen.SCALAR_LENGTH));
        if (challenge.isEmpty()) {
            return false;
        }
        ECPoint first = committed.get().subtract(Pedersen.G.multiply(BigInteger.valueOf(bound)));
        List<ECPoint> commitments = new ArrayList<>();
        ECPoint doubled = Pedersen.CURVE.getInfinity();
        for (int i = 1; i < BITS; i++) {
            Optional<ECPoint> point = Pedersen.point(take(rest, Pedersen.LENGTH));
            if (point.isEmpty()) {
                return false;
            }
            commitments.add(point.get());
        }
        for (int i = BITS - 2; i >= 0; i--) {
            doubled = doubled.add(commitments.get(i)).twice();
        }
        commitments.add(0, first.subtract(doubled).normalize());
        List<ECPoint> moves = new ArrayList<>();
        for (int i = 0; i < BITS; i++) {
            Optional<BigInteger> zeroChallenge = Pedersen.scalar(take(rest, Pedersen.SCALAR_LENGTH));
            Optional<BigInteger> zeroAnswer = Pedersen.scalar(take(rest, Pedersen.SCALAR_LENGTH));
            Optional<BigInteger> oneAnswer = Pedersen.scalar(take(rest, Pedersen.SCALAR_LENGTH));
            if (zeroChallenge.isEmpty() || zeroAnswer.isEmpty() || oneAnswer.isEmpty()) {
                return false;
            }
            BigInteger oneChallenge =
                    challenge.get().subtract(zeroChallenge.get()).mod(Pedersen.ORDER);
            moves.add(move(branch(commitments.get(i), false), zeroChallenge.get(), zeroAnswer.get()));
            moves.add(move(branch(commitments.get(i), true), oneChallenge, oneAnswer.get()));
        }
        return challenge.get().equals(challenge(commitment, bound, statement, context, commitments, moves));
    }

    private static boolean bit(long value, int index) {
        return (value >>> index & 1) == 1;
    }

    /// What must be a multiple of H if the bit is 0, or if it is 1.
    private static ECPoint branch(ECPoint commitment, boolean one) {
        return one ? commitment.subtract(Pedersen.G) : commitment;
    }

    /// The first move that fits a challenge and its answer.
    private static ECPoint move(ECPoint multiple, BigInteger challenge, BigInteger answer) {
        return Pedersen.H.multiply(answer).subtract(multiple.multiply(challenge));
    }

    /// Every part has its length before it: no two statements hash alike.
    private static BigInteger challenge(
            byte[] commitment,
            long bound,
            byte[] statement,
            byte[] context,
            List<ECPoint> commitments,
            List<ECPoint> moves) {
        Transcript transcript = new Transcript("hanse-at-least-v1")
                .add(commitment)
                .add(ByteBuffer.allocate(Long.BYTES).putLong(bound).array())
                .add(statement)
                .add(context);
        ECPoint[] points = new ECPoint[commitments.size() + moves.size()];
        for (int i = 0; i < commitments.size(); i++) {
            points[i] = commitments.get(i);
        }
        for (int i = 0; i < moves.size(); i++) {
            points[commitments.size() + i] = moves.get(i);
        }
        Pedersen.CURVE.normalizeAll(points);
        Arrays.stream(points).forEach(point -> transcript.add(point.getEncoded(true)));
        return new BigInteger(1, transcript.sha512()).mod(Pedersen.ORDER);
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }
}
