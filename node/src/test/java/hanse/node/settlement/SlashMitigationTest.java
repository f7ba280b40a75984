package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Effect;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.Evidence.Stance;
import hanse.dispute.v1.Settlement.Status;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode;
import hanse.node.federation.TestNode.Fit;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.Asked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Attestations that a defendant cites at home, in a dispute that a peer keeps. Source: spec/protocol, Disputes,
/// "each match reduces the slash by ZKP_DISPUTE_SLASH_REDUCTION up to a 0.5 cumulative cap"; "gated off".
@Timeout(120)
class SlashMitigationTest {
    private static final int REDUCTION_PPM = 200_000;

    @TempDir
    private Path directory;

    private Saga saga;
    private AgentId alice;
    private AgentId bob;

    private void start(Fit fit) {
        saga = new Saga(directory, fit);
        alice = saga.alpha().agent("1000");
        bob = saga.beta().agent("100");
        saga.trust(10);
        // A first dealing, to be attested.
        var unused = saga.settled(alice, bob, "1");
    }

    @AfterEach
    void whole() {
        saga.requireWhole();
        saga.close();
    }

    @Test
    void theHomeBurnsLessAndTheOriginMintsExactlyThat() {
        start(Fit.USUAL.attesting(true, REDUCTION_PPM));
        String dispute = slashed("3.000007", List.of(attested()));
        assertThat(saga.home(dispute).getBurned()).isEqualTo("2.400006");
        assertThat(saga.home(dispute).getMitigated()).isEqualTo("0.600001");
        assertThat(saga.origin(dispute).getMitigated()).isEqualTo("0.600001");
        Effect effect = saga.dispute(dispute).getEffect();
        assertThat(effect.getCompensated()).isEqualTo("2.400006");
        assertThat(effect.getMitigated()).isEqualTo("0.600001");
        assertThat(saga.alpha().total(AccountKind.COMPENSATED, saga.beta())).isEqualTo(2_400_006);
        assertThat(saga.alpha().position(saga.beta()).reserved().isZero()).isTrue();
    }

    @Test
    void whatTheyHaveTakenOffIsNotClaimedByAnotherDispute() {
        start(Fit.USUAL.attesting(true, REDUCTION_PPM));
        String payment = saga.settled(alice, bob, "3");
        var unused = slash(filed(payment), List.of(attested()));
        assertThat(saga.file(alice, payment, "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
        assertThat(saga.asked(payment, alice, bob, 1)).isEqualTo("SLASH_ABOVE_RECEIVED");
        assertThat(saga.beta().fault()).isEmpty();
    }

    @Test
    void severalTakeOffHalfAtMostAndEachCountsOnce() {
        start(Fit.USUAL.attesting(true, REDUCTION_PPM));
        List<String> three = List.of(attested(), attested(), attested());
        assertThat(saga.home(slashed("2", List.of(three.get(0), three.get(1), three.get(0))))
                        .getBurned())
                .isEqualTo("1.2");
        assertThat(saga.home(slashed("2", three)).getBurned()).isEqualTo("1");
    }

    @Test
    void whatIsAnothersOrNobodysOrMadeAfterTheFilingTakesOffNothing() {
        start(Fit.USUAL.attesting(true, REDUCTION_PPM));
        AgentId carol = saga.beta().agent("0");
        var unused = saga.settled(alice, carol, "1");
        String hers = Trade.attested(saga.beta(), carol);
        String payment = saga.settled(alice, bob, "5");
        String dispute = filed(payment);
        saga.pair.pass(Duration.ofSeconds(1));
        String late = attested();
        cite(dispute, List.of(hers, UUID.randomUUID().toString(), late));
        saga.openVoting(dispute);
        saga.settlesAs(saga.ruled(dispute), Status.SETTLED);
        assertThat(saga.home(dispute).getBurned()).isEqualTo("5");
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "false, 200000"})
    void whereTheSwitchIsOffTheyMayBeCitedAndTakeOffNothing(boolean attestations, int reductionPpm) {
        start(Fit.USUAL.attesting(attestations, reductionPpm));
        String attestation = attestedBeforeItWasSwitchedOff();
        String dispute = slashed("3", List.of(attestation));
        assertThat(saga.home(dispute).getBurned()).isEqualTo("3");
        assertThat(saga.home(dispute).getMitigated()).isEqualTo("0");
        assertThat(saga.dispute(dispute).getEffect().getCompensated()).isEqualTo("3");
    }

    /// By a process of beta that was set up otherwise.
    private String attestedBeforeItWasSwitchedOff() {
        TestNode beta = saga.beta();
        try (TestNode before = new TestNode(
                beta.id.value(),
                directory.resolve("beta"),
                beta.fresh,
                beta::now,
                Fit.USUAL.attesting(true, REDUCTION_PPM))) {
            return Trade.attested(before, bob);
        }
    }

    private String attested() {
        return Trade.attested(saga.beta(), bob);
    }

    /// A dispute about a payment of so much, in which the defendant cites what it has.
    private String slashed(String amount, List<String> cited) {
        return slash(filed(saga.settled(alice, bob, amount)), cited);
    }

    private String slash(String dispute, List<String> cited) {
        cite(dispute, cited);
        saga.openVoting(dispute);
        saga.settlesAs(saga.ruled(dispute), Status.SETTLED);
        return dispute;
    }

    private String filed(String payment) {
        String dispute = saga.filed(alice, payment, "");
        saga.pair.rest();
        return dispute;
    }

    /// At its own registry.
    private void cite(String dispute, List<String> cited) {
        Evidence filed = Asked.of(
                        saga.demands.evidence("cite in " + dispute, saga.beta(), bob, dispute, Stance.CONTESTED, cited))
                .value();
        eventually("alpha has it", () -> saga.dispute(dispute).getEvidenceList().contains(filed));
    }
}
