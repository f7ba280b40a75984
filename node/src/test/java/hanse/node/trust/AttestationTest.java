package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Rows;
import hanse.node.storage.Pipeline;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.trust.v1.Attestation;
import hanse.trust.v1.IssueAttestationResponse;
import hanse.wire.proof.AttestationText;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// An attestation's life, and who may cite it. Source: spec/protocol, Disputes: "previously submitted verified,
/// non-revoked, non-expired ZKP attestations".
final class AttestationTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry alpha = TestRegistry.fresh(clock);
    private final SigningKey key = SigningKey.generate();
    private final Attestations attestations = attestations(true);
    private final AgentId seller = alpha.agent("0");
    private final AgentId other = alpha.agent("0");

    @AfterEach
    void close() {
        alpha.close();
    }

    @Test
    void attestsWhatTheAgentWasPaidForAndCanBeProvedToAnyone() {
        deal(other, seller, 40);
        deal(seller, other, 2);
        IssueAttestationResponse issued = issue();
        assertThat(issued.getOpening().getValue()).isEqualTo(42 - 2);
        Attestation shown = issued.getAttestation();
        assertThat(HexFormat.of().formatHex(shown.toByteArray()))
                .doesNotContain(HexFormat.of()
                        .formatHex(issued.getOpening().getBlinding().toByteArray()));

        byte[] context = hanse.sdk.Attestations.freshContext("a client");
        byte[] proof = hanse.sdk.Attestations.prove(shown, issued.getOpening(), 40, context);
        assertThat(attestations.verify(id(issued), 40, context, proof)).isEmpty();
        assertThat(attestations.verify(id(issued), 41, context, proof)).contains(Reason.PROOF_REFUSED);
        assertThat(attestations.verify(id(issued), 40, hanse.sdk.Attestations.freshContext("a client"), proof))
                .as("it was made for somebody else")
                .contains(Reason.PROOF_REFUSED);

        AttestationText text = hanse.sdk.Attestations.read(
                        shown, key.publicKey(), "alpha.example", did(seller), clock.instant())
                .orElseThrow();
        assertThat(hanse.sdk.Attestations.shows(text, 40, context, proof)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hanse.sdk.Attestations.prove(shown, issued.getOpening(), 41, context));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hanse.sdk.Attestations.prove(shown, issue().getOpening(), 1, context));
    }

    @Test
    void believesNoStatementThatTheRegistryDidNotSignForThatAgent() {
        Attestation shown = issue().getAttestation();
        Instant now = clock.instant();
        byte[] registry = key.publicKey();
        assertThat(hanse.sdk.Attestations.read(shown, registry, "alpha.example", did(seller), now))
                .isPresent();
        assertThat(hanse.sdk.Attestations.read(shown, registry, "alpha.example", did(other), now))
                .isEmpty();
        assertThat(hanse.sdk.Attestations.read(shown, registry, "beta.example", did(seller), now))
                .isEmpty();
        assertThat(hanse.sdk.Attestations.read(
                        shown, SigningKey.generate().publicKey(), "alpha.example", did(seller), now))
                .isEmpty();
        assertThat(hanse.sdk.Attestations.read(
                        shown, registry, "alpha.example", did(seller), now.plus(Duration.ofDays(90))))
                .isEmpty();
        Attestation altered = shown.toBuilder()
                .setStatement(ByteString.copyFromUtf8(
                        shown.getStatement().toStringUtf8().replace(did(seller), did(other))))
                .build();
        assertThat(hanse.sdk.Attestations.read(altered, registry, "alpha.example", did(other), now))
                .isEmpty();
        assertThat(hanse.sdk.Attestations.read(
                        shown.toBuilder().setSignature(ByteString.EMPTY).build(),
                        registry,
                        "alpha.example",
                        did(seller),
                        now))
                .isEmpty();
    }

    @Test
    void aRepeatIsAnsweredWithoutTheSecret() {
        Call call = call(seller);
        IssueAttestationResponse first = attestations.issue(call, 0);
        IssueAttestationResponse again = attestations.issue(call, 0);
        assertThat(again.getAttestation()).isEqualTo(first.getAttestation());
        assertThat(first.hasOpening()).isTrue();
        assertThat(again.hasOpening()).isFalse();
    }

    @Test
    void countsOnceItIsProvedUntilItExpiresOrIsRevoked() {
        deal(other, seller, 10);
        IssueAttestationResponse issued = issue();
        UUID id = id(issued);
        assertThat(counting(id)).as("a signature alone does not count").isZero();

        byte[] elsewhere = hanse.sdk.Attestations.prove(
                issued.getAttestation(), issued.getOpening(), 10, AttestationText.forRegistry("beta.example"));
        assertThat(refusal(() -> attestations.prove(call(seller), id, 10, elsewhere)))
                .contains(Reason.PROOF_REFUSED);
        byte[] proof = hanse.sdk.Attestations.proveToRegistry(
                issued.getAttestation(), issued.getOpening(), 10, "alpha.example");
        assertThat(refusal(() -> attestations.prove(call(seller), id, 11, proof)))
                .contains(Reason.PROOF_REFUSED);
        assertThat(refusal(() -> attestations.prove(call(other), id, 10, proof)))
                .contains(Reason.NOT_YOURS);
        attestations.prove(
                call(seller),
                id,
                9,
                hanse.sdk.Attestations.proveToRegistry(
                        issued.getAttestation(), issued.getOpening(), 9, "alpha.example"));
        clock.advance(Duration.ofSeconds(1));
        assertThat(counting(id)).as("less than the operator asks for").isZero();
        Attestation proven = attestations.prove(call(seller), id, 10, proof);
        assertThat(proven.getProvenAtLeast()).isEqualTo(10);

        assertThat(counting(id)).as("it must predate the filing").isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(counting(id)).isEqualTo(1);
        assertThat(counting(seller, List.of(id, id, UUID.randomUUID()), clock.instant()))
                .isEqualTo(1);
        assertThat(counting(other, List.of(id), clock.instant())).isZero();
        assertThat(counting(seller, List.of(id), clock.instant().plus(Duration.ofDays(90))))
                .isZero();

        assertThat(refusal(() -> attestations.revoke(call(other), id, ""))).contains(Reason.NOT_YOURS);
        Attestation revoked = attestations.revoke(operator(), id, "bought");
        assertThat(revoked.getReason()).isEqualTo("bought");
        assertThat(attestations.revoke(operator(), id, "again")).isEqualTo(revoked);
        assertThat(counting(id)).isZero();
        assertThat(attestations.verify(id, 10, AttestationText.forRegistry("alpha.example"), proof))
                .contains(Reason.ATTESTATION_REVOKED);
        assertThat(refusal(() -> attestations.prove(call(seller), id, 10, proof)))
                .contains(Reason.ATTESTATION_REVOKED);
    }

    @Test
    void theGreatestBoundThatWasProvedStays() {
        deal(other, seller, 10);
        IssueAttestationResponse issued = issue();
        for (long bound : new long[] {5, 9, 3}) {
            attestations.prove(
                    call(seller),
                    id(issued),
                    bound,
                    hanse.sdk.Attestations.proveToRegistry(
                            issued.getAttestation(), issued.getOpening(), bound, "alpha.example"));
        }
        assertThat(attestations.get(id(issued)).proven().orElseThrow().atLeast())
                .isEqualTo(9);
    }

    @Test
    void anExpiredOneProvesNothing() {
        IssueAttestationResponse issued = attestations.issue(call(seller), 1);
        byte[] context = "c".getBytes(StandardCharsets.UTF_8);
        byte[] proof = hanse.sdk.Attestations.prove(issued.getAttestation(), issued.getOpening(), 0, context);
        assertThat(attestations.verify(id(issued), 0, context, proof)).isEmpty();
        clock.advance(Duration.ofDays(1));
        assertThat(attestations.verify(id(issued), 0, context, proof)).contains(Reason.ATTESTATION_EXPIRED);
        assertThat(refusal(() -> attestations.prove(call(seller), id(issued), 0, proof)))
                .contains(Reason.ATTESTATION_EXPIRED);
    }

    @Test
    void anAgentHasFewAtATimeAndListsItsOwn() {
        IssueAttestationResponse first = issue();
        for (int i = 1; i < 5; i++) {
            clock.advance(Duration.ofMinutes(1));
            issue();
        }
        assertThat(refusal(this::issue)).contains(Reason.TOO_MANY_ATTESTATIONS);
        attestations.revoke(call(seller), id(first), "");
        issue();

        Attestations.Page page = attestations.list(call(seller).caller(), seller, "", 4);
        assertThat(page.attestations()).hasSize(4);
        assertThat(attestations
                        .list(call(seller).caller(), seller, page.next().orElseThrow(), 4)
                        .attestations())
                .hasSize(2)
                .extracting(hanse.node.trust.Attestation::id)
                .endsWith(id(first));
        assertThat(refusal(() -> attestations.list(call(other).caller(), seller, "", 4)))
                .contains(Reason.NOT_YOURS);
        assertThat(attestations.list(operator().caller(), seller, "", 0).attestations())
                .hasSize(6);
    }

    @Test
    void whereItIsOffNothingIsDoneAndNothingCounts() {
        deal(other, seller, 10);
        IssueAttestationResponse issued = issue();
        UUID id = id(issued);
        byte[] proof = hanse.sdk.Attestations.proveToRegistry(
                issued.getAttestation(), issued.getOpening(), 10, "alpha.example");
        attestations.prove(call(seller), id, 10, proof);
        clock.advance(Duration.ofSeconds(1));
        Attestations off = attestations(false);
        List<Supplier<?>> all = List.of(
                () -> off.issue(call(seller), 0),
                () -> off.get(id),
                () -> off.list(call(seller).caller(), seller, "", 0),
                () -> off.prove(call(seller), id, 10, proof),
                () -> off.verify(id, 10, new byte[0], proof),
                () -> off.revoke(call(seller), id, ""));
        for (Supplier<?> one : all) {
            assertThat(refusal(one)).contains(Reason.ATTESTATIONS_OFF);
        }
        assertThat(counting(off, seller, List.of(id), clock.instant())).isZero();
        assertThat(counting(id)).as("switched on again").isEqualTo(1);
    }

    @Test
    void ofAnUnknownOneThereIsNothingToSay() {
        UUID nothing = UUID.randomUUID();
        assertThat(refusal(() -> attestations.get(nothing))).contains(Reason.UNKNOWN_ATTESTATION);
        assertThat(refusal(() -> attestations.verify(nothing, 0, new byte[0], new byte[0])))
                .contains(Reason.UNKNOWN_ATTESTATION);
        assertThat(refusal(() -> attestations.revoke(call(seller), nothing, "")))
                .contains(Reason.UNKNOWN_ATTESTATION);
    }

    private Attestations attestations(boolean on) {
        return new Attestations(on, 10, alpha.database, alpha.outcomes, alpha.parties, key::sign, new SecureRandom());
    }

    private IssueAttestationResponse issue() {
        return attestations.issue(call(seller), 0);
    }

    private static UUID id(IssueAttestationResponse issued) {
        return UUID.fromString(issued.getAttestation().getAttestationId());
    }

    private int counting(UUID id) {
        return counting(seller, List.of(id), clock.instant());
    }

    private int counting(AgentId defendant, List<UUID> cited, Instant filed) {
        return counting(attestations, defendant, cited, filed);
    }

    private int counting(Attestations by, AgentId defendant, List<UUID> cited, Instant filed) {
        return alpha.database.write(tx -> {
            Rows rows = Rows.wanting(new BondStore(), defendant);
            by.want(rows, cited);
            return alpha.ledger.post(
                    tx, rows, wanted -> {}, books -> by.counting(books.rows(), defendant, cited, filed));
        });
    }

    private String did(AgentId agent) {
        return alpha.parties.did(agent).toString();
    }

    private static Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "");
    }

    private static Call operator() {
        return TestRegistry.call(
                new Caller.Operator("admin", 1), UUID.randomUUID().toString(), "", UUID.randomUUID());
    }

    private void deal(AgentId from, AgentId to, long dealings) {
        alpha.database.write(tx -> {
            Pipeline pipeline = tx.pipeline();
            Did rater = alpha.parties.did(from);
            new TrustRowStore(TestRegistry.NAME)
                    .add(
                            pipeline,
                            List.of(new TrustRow(new TrustRow.Pair(rater, alpha.parties.did(to)), 0, 0, dealings)));
            pipeline.run();
            return dealings;
        });
    }

    private static Optional<Reason> refusal(Supplier<?> work) {
        try {
            work.get();
            return Optional.empty();
        } catch (RefusedException refused) {
            return Optional.of(refused.reason());
        }
    }
}
