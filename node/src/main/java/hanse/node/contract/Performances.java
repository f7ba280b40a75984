package hanse.node.contract;

import hanse.node.dispute.Dealing.Performance;
import java.time.Instant;
import java.util.List;

/// What a contract's records say of how the other party has performed.
final class Performances {
    private Performances() {}

    /// @param complainant the side that complains of the other
    static Performance of(Contract contract, List<Milestone> part, Side complainant, Instant now) {
        List<Performance> each = part.stream()
                .map(milestone -> switch (complainant) {
                    case CONTRACTOR -> work(contract, milestone, now);
                    case PROVIDER -> judgement(contract, milestone, now);
                })
                .toList();
        if (each.contains(Performance.MISSING)) {
            return Performance.MISSING;
        }
        if (each.stream().allMatch(Performance.ACCEPTED::equals)) {
            return Performance.ACCEPTED;
        }
        return each.contains(Performance.DELIVERED) ? Performance.DELIVERED : Performance.UNKNOWN;
    }

    /// The provider's: the work.
    private static Performance work(Contract contract, Milestone milestone, Instant now) {
        return switch (milestone.state()) {
            case DUE ->
                milestone.dueAt().filter(due -> !now.isBefore(due)).isPresent()
                        ? Performance.MISSING
                        : Performance.UNKNOWN;
            case SUBMITTED, REJECTED -> Performance.DELIVERED;
            // What may have been claimed, the contractor has not accepted.
            case APPROVED, PAYING, PAID ->
                isAfterReview(contract, milestone, milestone.pay().approvedAt().orElse(now))
                        ? Performance.DELIVERED
                        : Performance.ACCEPTED;
        };
    }

    /// The contractor's: what it says of work that has come, in time.
    private static Performance judgement(Contract contract, Milestone milestone, Instant now) {
        return milestone.state() == Milestone.State.SUBMITTED && isAfterReview(contract, milestone, now)
                ? Performance.MISSING
                : Performance.UNKNOWN;
    }

    private static boolean isAfterReview(Contract contract, Milestone milestone, Instant at) {
        Agreement agreement = contract.agreement();
        return agreement.isEscrowed()
                && milestone
                        .work()
                        .submittedAt()
                        .filter(submitted -> !at.isBefore(submitted.plus(agreement.reviewWindow())))
                        .isPresent();
    }
}
