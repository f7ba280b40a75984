package hanse.node.dispute;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the node makes of a dispute by the published rules (docs/disputes.md), from facts that it holds. Operator and
/// parties see it; nothing ever applies it. Pure.
///
/// @param ruling empty when the facts do not suffice
/// @param rule the first rule that applies
record Recommendation(Optional<Ruling> ruling, Optional<Recommendation.Rule> rule) {
    /// A side that files nothing for so long, while it could, counts as silent.
    static final Duration TIME_TO_ANSWER = Duration.ofDays(3);

    private static final Recommendation ABSTAINS = new Recommendation(Optional.empty(), Optional.empty());

    /// The rules, in their order.
    enum Rule {
        CONCEDED("The defendant has admitted the complaint."),
        ARBITERS_AGREE("More than half of the appointed arbiters would rule so."),
        PERFORMANCE_MISSING("By the registry's records the defendant's performance was due and has not come."),
        PERFORMANCE_ACCEPTED("By the registry's records the complainant has accepted the performance."),
        DEFENDANT_SILENT("The complainant has filed evidence; the defendant had three days and filed none."),
        COMPLAINANT_SILENT("The defendant has filed evidence; the complainant had three days and filed none."),
        NOTHING_SHOWN("Both had three days, and neither has filed evidence.");

        private final String because;

        Rule(String because) {
            this.because = because;
        }

        String because() {
            return because;
        }
    }

    /// What the rules say now.
    static Recommendation of(Dispute dispute, List<Opinion> opinions, Instant now) {
        for (Rule rule : Rule.values()) {
            Optional<Ruling> ruling = apply(rule, dispute, opinions, now);
            if (ruling.isPresent()) {
                return new Recommendation(ruling, Optional.of(rule));
            }
        }
        return ABSTAINS;
    }

    private static Optional<Ruling> apply(Rule rule, Dispute dispute, List<Opinion> opinions, Instant now) {
        Dispute.Evidenced evidenced = dispute.evidenced();
        Dealing.Performance performance = dispute.filing().snapshot().performance();
        boolean couldAnswer =
                !dispute.votingAt().orElse(now).isBefore(dispute.filing().at().plus(TIME_TO_ANSWER));
        return switch (rule) {
            case CONCEDED -> when(evidenced.conceded(), Ruling.IN_FAVOR_OF_COMPLAINANT);
            case ARBITERS_AGREE -> agreed(opinions);
            case PERFORMANCE_MISSING ->
                when(performance == Dealing.Performance.MISSING, Ruling.IN_FAVOR_OF_COMPLAINANT);
            case PERFORMANCE_ACCEPTED ->
                when(performance == Dealing.Performance.ACCEPTED, Ruling.IN_FAVOR_OF_DEFENDANT);
            case DEFENDANT_SILENT ->
                when(
                        couldAnswer && evidenced.byComplainant() > 0 && evidenced.byDefendant() == 0,
                        Ruling.IN_FAVOR_OF_COMPLAINANT);
            case COMPLAINANT_SILENT ->
                when(
                        couldAnswer && evidenced.byDefendant() > 0 && evidenced.byComplainant() == 0,
                        Ruling.IN_FAVOR_OF_DEFENDANT);
            case NOTHING_SHOWN ->
                when(couldAnswer && evidenced.byDefendant() == 0 && evidenced.byComplainant() == 0, Ruling.DISMISSED);
        };
    }

    private static Optional<Ruling> when(boolean applies, Ruling ruling) {
        return applies ? Optional.of(ruling) : Optional.empty();
    }

    private static Optional<Ruling> agreed(List<Opinion> opinions) {
        for (Ruling ruling : Ruling.values()) {
            long votes = opinions.stream()
                    .filter(opinion -> opinion.ruling().equals(Optional.of(ruling)))
                    .count();
            if (2 * votes > opinions.size()) {
                return Optional.of(ruling);
            }
        }
        return Optional.empty();
    }
}
