package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Recommendation.Rule;
import hanse.node.ledger.Avt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// One test for each rule of docs/disputes.md, and one for its silence.
class RecommendationTest {
    private static final Instant FILED = Instant.parse("2026-05-01T00:00:00Z");
    private static final Instant LATER = FILED.plus(Duration.ofDays(3));
    private static final Did ALICE = did();
    private static final Did BOB = did();

    @Test
    void theDefendantWhoConcedesLoses() {
        Dispute dispute = with(open(Dealing.Performance.ACCEPTED), BOB, Evidence.Stance.CONCEDED);
        assertThat(recommended(dispute, FILED, List.of()))
                .isEqualTo(decided(Ruling.IN_FAVOR_OF_COMPLAINANT, Rule.CONCEDED));
    }

    @Test
    void aComplainantCannotConcedeForTheDefendant() {
        Dispute dispute = with(open(Dealing.Performance.UNKNOWN), ALICE, Evidence.Stance.CONCEDED);
        assertThat(recommended(dispute, FILED, List.of()).rule()).isEmpty();
    }

    @Test
    void moreThanHalfOfTheAppointedArbitersDecide() {
        List<Opinion> opinions =
                opinions(Ruling.DISMISSED, Ruling.DISMISSED, Ruling.DISMISSED, Ruling.IN_FAVOR_OF_DEFENDANT);
        assertThat(recommended(open(Dealing.Performance.MISSING), FILED, opinions))
                .isEqualTo(decided(Ruling.DISMISSED, Rule.ARBITERS_AGREE));
    }

    @Test
    void halfOfTheArbitersDoNotDecideAndTheSilentOnesCount() {
        List<Opinion> opinions = new ArrayList<>(opinions(Ruling.DISMISSED, Ruling.DISMISSED));
        opinions.add(silent());
        opinions.add(silent());
        assertThat(recommended(open(Dealing.Performance.UNKNOWN), FILED, opinions)
                        .rule())
                .isEmpty();
    }

    @Test
    void whatWasDueAndHasNotComeSpeaksForTheComplainant() {
        assertThat(recommended(open(Dealing.Performance.MISSING), FILED, List.of()))
                .isEqualTo(decided(Ruling.IN_FAVOR_OF_COMPLAINANT, Rule.PERFORMANCE_MISSING));
    }

    @Test
    void whatTheComplainantHasAcceptedSpeaksForTheDefendant() {
        assertThat(recommended(open(Dealing.Performance.ACCEPTED), FILED, List.of()))
                .isEqualTo(decided(Ruling.IN_FAVOR_OF_DEFENDANT, Rule.PERFORMANCE_ACCEPTED));
    }

    @Test
    void aDefendantWhoIsSilentForThreeDaysLoses() {
        Dispute dispute = with(open(Dealing.Performance.DELIVERED), ALICE, Evidence.Stance.NEUTRAL);
        assertThat(recommended(dispute, LATER, List.of()))
                .isEqualTo(decided(Ruling.IN_FAVOR_OF_COMPLAINANT, Rule.DEFENDANT_SILENT));
        assertThat(recommended(dispute, LATER.minusNanos(1), List.of()).rule()).isEmpty();
    }

    @Test
    void aComplainantWhoIsSilentForThreeDaysLoses() {
        Dispute dispute = with(open(Dealing.Performance.DELIVERED), BOB, Evidence.Stance.CONTESTED);
        assertThat(recommended(dispute, LATER, List.of()))
                .isEqualTo(decided(Ruling.IN_FAVOR_OF_DEFENDANT, Rule.COMPLAINANT_SILENT));
    }

    @Test
    void whatNobodyShowsAnythingForInThreeDaysIsDismissed() {
        assertThat(recommended(open(Dealing.Performance.UNKNOWN), LATER, List.of()))
                .isEqualTo(decided(Ruling.DISMISSED, Rule.NOTHING_SHOWN));
    }

    @Test
    void nobodyCountsAsSilentWhoseTimeWasCutShortByTheVote() {
        Dispute early = open(Dealing.Performance.UNKNOWN).voting(LATER.minusSeconds(1));
        assertThat(recommended(early, LATER.plus(Duration.ofDays(9)), List.of()).rule())
                .isEmpty();
    }

    @Test
    void abstainsWhenBothHaveSpokenAndNothingElseIsKnown() {
        Dispute dispute = with(open(Dealing.Performance.DELIVERED), ALICE, Evidence.Stance.NEUTRAL);
        dispute = with(dispute, BOB, Evidence.Stance.CONTESTED);
        assertThat(recommended(dispute, LATER, List.of()))
                .isEqualTo(new Recommendation(Optional.empty(), Optional.empty()));
    }

    private static Recommendation recommended(Dispute dispute, Instant now, List<Opinion> opinions) {
        return Recommendation.of(dispute, opinions, now);
    }

    private static Recommendation decided(Ruling ruling, Rule rule) {
        return new Recommendation(Optional.of(ruling), Optional.of(rule));
    }

    private static Dispute open(Dealing.Performance performance) {
        Avt ten = Avt.parse("10");
        return Dispute.filed(
                UUID.randomUUID(),
                new Subject(Subject.Kind.PAYMENT, UUID.randomUUID()),
                ALICE,
                BOB,
                Dispute.Grounds.OTHER,
                "",
                ten,
                new Dealing("SETTLED", ten, Avt.ZERO, Avt.ZERO, performance),
                FILED);
    }

    private static Dispute with(Dispute dispute, Did author, Evidence.Stance stance) {
        return dispute.evidenced(new Evidence(
                UUID.randomUUID(), dispute.id(), author, "", "", Optional.empty(), stance, List.of(), FILED));
    }

    private static List<Opinion> opinions(Ruling... rulings) {
        return List.of(rulings).stream()
                .map(ruling -> new Opinion(
                        UUID.randomUUID(), new AgentId(UUID.randomUUID()), Optional.of(ruling), "", Optional.of(FILED)))
                .toList();
    }

    private static Opinion silent() {
        return new Opinion(UUID.randomUUID(), new AgentId(UUID.randomUUID()), Optional.empty(), "", Optional.empty());
    }

    private static Did did() {
        return new Did(new RegistryId("alpha.example"), new AgentId(UUID.randomUUID()));
    }
}
