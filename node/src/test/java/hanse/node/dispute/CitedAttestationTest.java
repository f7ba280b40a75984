package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.node.call.AgentId;
import hanse.node.payment.PaymentDealingStore;
import hanse.node.testing.Attested;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.AttestationGrpc;
import hanse.node.trust.Attestations;
import hanse.node.trust.DealingCount;
import hanse.node.trust.KeptReputation;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.PeerTrusts;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An attestation that was issued, proved and cited softens a slash in its own registry, where that is switched on.
class CitedAttestationTest {
    private static final LocalTrust TRUST = new LocalTrust(TestRegistry.NAME);
    private static final PeerTrusts PEERS = new PeerTrusts();

    @ParameterizedTest
    @CsvSource({"true, 200000, 8", "true, 0, 10", "false, 200000, 10"})
    void softensTheSlashOfItsHolderWhereThatIsSwitchedOn(boolean attestations, int reductionPpm, String slashed) {
        try (Court court = new Court(reductionPpm, Optional.of(registry -> reputation(registry, attestations)))) {
            AgentId alice = court.registry.agent("100");
            AgentId bob = court.registry.agent("20");
            var paid = court.settled(alice, bob, "1");
            String attestation = attested(court.registry, bob);
            court.clock.advance(Duration.ofSeconds(1));
            String dispute = court.file(alice, court.settled(alice, bob, "10"), "")
                    .value()
                    .getDisputeId();
            var cited = court.submit(
                            bob,
                            dispute,
                            SubmitEvidenceRequest.newBuilder()
                                    .setStatement("I am known")
                                    .addAttestationIds(attestation))
                    .value();
            var voting = court.openVoting(dispute).value();
            var ruled = court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "").value();
            assertThat(ruled.getEffect().getCompensated()).isEqualTo(slashed);
            assertThat(ruled.getEffect().getMitigated()).isEqualTo(slashed.equals("8") ? "2" : "0");
            assertThat(court.slashed()).isEqualTo(court.compensated());
            assertThat(court.registry.verify().fault()).isEmpty();
        }
    }

    private static Reputation reputation(TestRegistry registry, boolean attestations) {
        return new KeptReputation(TestRegistry.NAME, TRUST, PEERS, attestations(registry, attestations));
    }

    private static Attestations attestations(TestRegistry registry, boolean on) {
        return new Attestations(
                on,
                1,
                registry.database,
                registry.outcomes,
                registry.parties,
                text -> new byte[64],
                new SecureRandom());
    }

    /// Whatever the switch says now.
    private static String attested(TestRegistry registry, AgentId holder) {
        new DealingCount(
                        registry.database,
                        registry.ledger,
                        TRUST,
                        PEERS,
                        List.of(new PaymentDealingStore(TestRegistry.NAME)))
                .run();
        AttestationGrpc attesting = new AttestationGrpc(registry.parties, attestations(registry, true));
        return Attested.once(attesting, TestRegistry.NAME, holder);
    }
}
