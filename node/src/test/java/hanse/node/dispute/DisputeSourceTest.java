package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.node.call.AgentId;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.Trust;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the source says of disputes in so many words, as far as no other test does: docs/source.md names the test of
/// each sentence. Source: spec/protocol, Disputes.
final class DisputeSourceTest {
    private final Court court = new Court(0, Optional.of(KeptReputationTest::reputation));
    private final Trust trust = new Trust(TestRegistry.NAME, court.registry.database, List.of(), 0.15, court.clock);
    private final AgentId alice = court.registry.agent("100");
    private final AgentId bob = court.registry.agent("100");

    @AfterEach
    void theBooksHold() {
        assertThat(court.registry.verify().fault()).isEmpty();
        court.close();
    }

    @Test
    void theStatusWalksFromOpenToVotingToClosedAndTheRulingIsThereWhenItLands() {
        String dispute =
                court.file(alice, court.settled(alice, bob, "10"), "").value().getDisputeId();
        assertThat(seen(dispute)).isEqualTo("OPEN RULING_UNSPECIFIED");
        assertThat(court.openVoting(dispute).refusal()).isEmpty();
        assertThat(seen(dispute)).isEqualTo("VOTING RULING_UNSPECIFIED");
        assertThat(court.rule(dispute, Ruling.IN_FAVOR_OF_DEFENDANT, "").refusal())
                .isEmpty();
        assertThat(seen(dispute)).isEqualTo("CLOSED IN_FAVOR_OF_DEFENDANT");
        assertThat(court.dispute(dispute).getRulingNote()).isEqualTo("as the evidence shows");
    }

    private String seen(String dispute) {
        Dispute stands = court.get(Court.agent(bob), dispute).value();
        return stands.getStatus() + " " + stands.getRuling();
    }

    @Test
    void aDismissedDisputeIsNeutralWinningCostsNothingAndTheLosingDefendantBearsTheCost() {
        double stranger = score(alice);
        assertThat(score(bob)).isEqualTo(stranger);

        rule(Ruling.DISMISSED);
        assertThat(List.of(score(alice), score(bob))).containsOnly(stranger);

        rule(Ruling.IN_FAVOR_OF_DEFENDANT);
        double vindicated = score(bob);
        assertThat(vindicated).isGreaterThan(stranger);
        assertThat(score(alice)).as("no row speaks of the complainant").isEqualTo(stranger);

        rule(Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(score(bob)).isLessThan(stranger);
        assertThat(score(alice)).as("winning costs nothing").isEqualTo(stranger);
    }

    private void rule(Ruling ruling) {
        String dispute = court.voting(alice, court.settled(alice, bob, "10"), "");
        assertThat(court.rule(dispute, ruling, "").refusal()).isEmpty();
    }

    /// As it is computed now.
    private double score(AgentId agent) {
        trust.refresh();
        return court.registry.database.<Double>read(
                tx -> trust.of(tx, court.registry.parties.did(agent)).score().trustScore());
    }

    /// "Today's flow is admin-issued rulings … A planned algorithmic-auditor recommendation engine … is not running
    /// today."
    @Test
    void aRecommendationIsShownAndNeverAppliedByItself() {
        String dispute =
                court.file(alice, court.settled(alice, bob, "10"), "").value().getDisputeId();
        var conceded = court.submit(
                        bob,
                        dispute,
                        SubmitEvidenceRequest.newBuilder()
                                .setStatement("I did not serve her")
                                .setStance(Evidence.Stance.CONCEDED))
                .value();
        assertThat(conceded.getStance()).isEqualTo(Evidence.Stance.CONCEDED);
        assertThat(court.openVoting(dispute).refusal()).isEmpty();
        assertThat(court.dispute(dispute).getRecommendation().getRuling()).isEqualTo(Ruling.IN_FAVOR_OF_COMPLAINANT);
        court.clock.advance(Duration.ofDays(30).minusSeconds(1));
        assertThat(court.rulings.sweep()).isZero();
        assertThat(seen(dispute)).isEqualTo("VOTING RULING_UNSPECIFIED");
        court.clock.advance(Duration.ofSeconds(1));
        assertThat(court.rulings.sweep()).isOne();
        assertThat(seen(dispute)).isEqualTo("CLOSED RULING_UNSPECIFIED");
        assertThat(court.slashed()).isZero();
        assertThat(court.compensated()).isZero();
    }
}
