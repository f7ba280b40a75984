package hanse.wire.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Proofs that are true and whole are believed; nothing else is.
final class AtLeastProofTest {
    private static final byte[] STATEMENT = "a statement".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CONTEXT = "a verifier".getBytes(StandardCharsets.UTF_8);
    private static final int COMMITMENTS = 32;
    private static final int SCALARS = COMMITMENTS + 31 * Pedersen.LENGTH;

    private final SecureRandom random = new SecureRandom();

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 0",
        "1, 1",
        "1000, 999",
        "1000, 1000",
        "4294967295, 0",
        "4294967296, 1",
        "9223372036854775807, 9223372036854775807",
        "9223372036854775807, 9223372032559808512"
    })
    void provesWhatIsTrueUpToTheEdges(long value, long bound) {
        Pedersen.Opening opening = Pedersen.open(value, random);
        byte[] commitment = Pedersen.commit(opening);
        byte[] proof = AtLeastProof.prove(opening, bound, STATEMENT, CONTEXT, random);
        assertThat(proof).hasSize(AtLeastProof.LENGTH);
        assertThat(AtLeastProof.verify(commitment, bound, STATEMENT, CONTEXT, proof))
                .isTrue();
    }

    @Test
    void provesNothingFalseAndNothingTooFarAway() {
        Pedersen.Opening five = Pedersen.open(5, random);
        assertThatIllegalArgumentException().isThrownBy(() -> AtLeastProof.prove(five, 6, STATEMENT, CONTEXT, random));
        assertThatIllegalArgumentException().isThrownBy(() -> AtLeastProof.prove(five, -1, STATEMENT, CONTEXT, random));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AtLeastProof.prove(
                        Pedersen.open(AtLeastProof.MOST_ABOVE + 1, random), 0, STATEMENT, CONTEXT, random));
        assertThatIllegalArgumentException().isThrownBy(() -> Pedersen.commit(Pedersen.open(-1, random)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pedersen.commit(new Pedersen.Opening(1, Pedersen.ORDER.toByteArray())));
    }

    @RepeatedTest(10)
    void isBoundToEverythingThatItSpeaksOf(RepetitionInfo repetition) {
        Random seeded = new Random(repetition.getCurrentRepetition());
        long bound = seeded.nextInt(1_000);
        Pedersen.Opening opening = Pedersen.open(bound + seeded.nextInt(1_000), random);
        byte[] commitment = Pedersen.commit(opening);
        byte[] proof = AtLeastProof.prove(opening, bound, STATEMENT, CONTEXT, random);
        assertThat(AtLeastProof.verify(commitment, bound, STATEMENT, CONTEXT, proof))
                .isTrue();

        byte[] other = "another".getBytes(StandardCharsets.UTF_8);
        assertThat(AtLeastProof.verify(commitment, bound + 1, STATEMENT, CONTEXT, proof))
                .isFalse();
        assertThat(AtLeastProof.verify(commitment, Math.max(0, bound - 1), STATEMENT, CONTEXT, proof))
                .isEqualTo(bound == 0);
        assertThat(AtLeastProof.verify(commitment, bound, other, CONTEXT, proof))
                .isFalse();
        assertThat(AtLeastProof.verify(commitment, bound, STATEMENT, other, proof))
                .isFalse();
        assertThat(AtLeastProof.verify(commitment, bound, CONTEXT, STATEMENT, proof))
                .isFalse();
        assertThat(AtLeastProof.verify(
                        Pedersen.commit(Pedersen.open(opening.value(), random)), bound, STATEMENT, CONTEXT, proof))
                .isFalse();
    }

    /// What is said ends where its length says: moving a byte from one part to the next makes another statement.
    @Test
    void tellsStatementAndContextApart() {
        Pedersen.Opening opening = Pedersen.open(3, random);
        byte[] proof = AtLeastProof.prove(opening, 1, new byte[] {1, 2}, new byte[] {3}, random);
        byte[] commitment = Pedersen.commit(opening);
        assertThat(AtLeastProof.verify(commitment, 1, new byte[] {1, 2}, new byte[] {3}, proof))
                .isTrue();
        assertThat(AtLeastProof.verify(commitment, 1, new byte[] {1}, new byte[] {2, 3}, proof))
                .isFalse();
    }

    @RepeatedTest(20)
    void notABitOfItCanBeChanged(RepetitionInfo repetition) {
        Random seeded = new Random(repetition.getCurrentRepetition());
        Pedersen.Opening opening = Pedersen.open(1_234, random);
        byte[] commitment = Pedersen.commit(opening);
        byte[] proof = AtLeastProof.prove(opening, 1_000, STATEMENT, CONTEXT, random);
        for (int i = 0; i < 8; i++) {
            byte[] changed = proof.clone();
            changed[seeded.nextInt(proof.length)] ^= (byte) (1 << seeded.nextInt(8));
            assertThat(AtLeastProof.verify(commitment, 1_000, STATEMENT, CONTEXT, changed))
                    .isFalse();
        }
    }

    @Test
    void scalarsAreWrittenInOneWayOnly() {
        byte[] proof = proof();
        for (int at : new int[] {0, SCALARS, SCALARS + 32, SCALARS + 64, proof.length - 32}) {
            byte[] changed = proof.clone();
            Arrays.fill(changed, at, at + 32, (byte) 0xff);
            assertThat(verify(changed)).isFalse();
        }
        assertThat(Pedersen.scalar(Pedersen.bytes(Pedersen.ORDER))).isEmpty();
        assertThat(Pedersen.scalar(Pedersen.bytes(Pedersen.ORDER.subtract(BigInteger.ONE))))
                .isPresent();
    }

    @Test
    void pointsAreOnTheCurveAndCompressed() {
        byte[] proof = proof();
        for (int prefix : new int[] {0, 1, 4, 5, 6}) {
            byte[] changed = proof.clone();
            changed[COMMITMENTS] = (byte) prefix;
            assertThat(verify(changed)).isFalse();
        }
        byte[] notThere = proof.clone();
        Arrays.fill(notThere, COMMITMENTS + 1, COMMITMENTS + Pedersen.LENGTH, (byte) 0xff);
        assertThat(verify(notThere)).isFalse();
        assertThat(AtLeastProof.verify(new byte[Pedersen.LENGTH], 1, STATEMENT, CONTEXT, proof))
                .isFalse();
        assertThat(AtLeastProof.verify(new byte[0], 1, STATEMENT, CONTEXT, proof))
                .isFalse();
    }

    @Test
    void anyOtherBytesAreNoProof() {
        byte[] proof = proof();
        assertThat(verify(new byte[0])).isFalse();
        assertThat(verify(new byte[AtLeastProof.LENGTH])).isFalse();
        assertThat(verify(Arrays.copyOf(proof, proof.length - 1))).isFalse();
        assertThat(verify(Arrays.copyOf(proof, proof.length + 1))).isFalse();
        byte[] noise = new byte[AtLeastProof.LENGTH];
        random.nextBytes(noise);
        assertThat(verify(noise)).isFalse();
        assertThat(AtLeastProof.verify(Pedersen.commit(OPENING), -1, STATEMENT, CONTEXT, proof))
                .isFalse();
    }

    @Test
    void bitsCannotChangePlaces() {
        byte[] proof = proof();
        byte[] swapped = proof.clone();
        System.arraycopy(proof, COMMITMENTS, swapped, COMMITMENTS + Pedersen.LENGTH, Pedersen.LENGTH);
        System.arraycopy(proof, COMMITMENTS + Pedersen.LENGTH, swapped, COMMITMENTS, Pedersen.LENGTH);
        assertThat(verify(swapped)).isFalse();
        byte[] rotated = proof.clone();
        System.arraycopy(proof, SCALARS, rotated, SCALARS + 96, 96);
        System.arraycopy(proof, SCALARS + 96, rotated, SCALARS, 96);
        assertThat(verify(rotated)).isFalse();
    }

    /// The sum of two proofs' challenges is free to whoever chooses the first moves last: only the hash forbids it.
    @Test
    void theChallengeIsTheHashAndNothingThatTheProverLikes() {
        byte[] proof = proof();
        byte[] otherChallenge = proof.clone();
        BigInteger challenge =
                new BigInteger(1, Arrays.copyOf(proof, 32)).add(BigInteger.ONE).mod(Pedersen.ORDER);
        System.arraycopy(Pedersen.bytes(challenge), 0, otherChallenge, 0, 32);
        assertThat(verify(otherChallenge)).isFalse();
    }

    @Test
    void theSecondGeneratorIsTheOneThatTheDocsName() throws Exception {
        Struct vectors = vectors();
        assertThat(HexFormat.of().formatHex(Pedersen.H.getEncoded(true))).isEqualTo(text(vectors, "h"));
        ECPoint h = Pedersen.H;
        assertThat(h.isValid()).isTrue();
        assertThat(h.multiply(Pedersen.ORDER).isInfinity()).isTrue();
        assertThat(h).isNotEqualTo(Pedersen.G);
    }

    /// The vectors' proof was checked by another implementation.
    @Test
    void agreesWithTheVectors() throws Exception {
        Struct vectors = vectors();
        HexFormat hex = HexFormat.of();
        byte[] commitment = hex.parseHex(text(vectors, "commitment"));
        long value = (long) vectors.getFieldsOrThrow("value").getNumberValue();
        assertThat(Pedersen.commit(new Pedersen.Opening(value, hex.parseHex(text(vectors, "blinding")))))
                .isEqualTo(commitment);
        byte[] statement = text(vectors, "statement").getBytes(StandardCharsets.UTF_8);
        byte[] proof = hex.parseHex(text(vectors, "proof"));
        byte[] context = text(vectors, "context").getBytes(StandardCharsets.UTF_8);
        long bound = (long) vectors.getFieldsOrThrow("at_least").getNumberValue();
        assertThat(AtLeastProof.verify(commitment, bound, statement, context, proof))
                .isTrue();
        assertThat(AtLeastProof.verify(commitment, bound + 1, statement, context, proof))
                .isFalse();
        AttestationText text = AttestationText.parse(statement).orElseThrow();
        assertThat(text.commitment()).isEqualTo(commitment);
        assertThat(text.bytes()).isEqualTo(statement);
        assertThat(context).isEqualTo(AttestationText.forRegistry("beta.example"));
    }

    @Test
    void readsNoStatementButItsOwn() throws Exception {
        String good = text(vectors(), "statement");
        for (String bad : new String[] {
            "",
            good + "\n",
            good.replace("-v1", "-v2"),
            good.replace("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
            good.replace("2026-01-01T00:00:00Z", "yesterday"),
            good.replace("\n03", "\n0"),
            good.toUpperCase(java.util.Locale.ROOT)
        }) {
            assertThat(AttestationText.parse(bad.getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
        }
    }

    private static final Pedersen.Opening OPENING = Pedersen.open(7, new SecureRandom());

    private byte[] proof() {
        return AtLeastProof.prove(OPENING, 1, STATEMENT, CONTEXT, random);
    }

    private static boolean verify(byte[] proof) {
        return AtLeastProof.verify(Pedersen.commit(OPENING), 1, STATEMENT, CONTEXT, proof);
    }

    private static Struct vectors() throws Exception {
        Struct.Builder vectors = Struct.newBuilder();
        JsonFormat.parser().merge(Files.readString(Path.of("../docs/attestation-vectors.json")), vectors);
        return vectors.build();
    }

    private static String text(Struct vectors, String field) {
        return vectors.getFieldsOrThrow(field).getStringValue();
    }
}
