package hanse.node.malpractice;

import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What two agents have had to do with each other.
///
/// @param begun whether it got so far that either owed the other something
/// @param endedAt absent while it goes on
public record RealDealing(Did one, Did other, boolean begun, Optional<Instant> endedAt) {
    /// How long after its end it can be reported.
    static final Duration WINDOW = Duration.ofDays(90);

    /// Whom `party` has dealt with.
    Did counterparty(Did party) {
        return one.equals(party) ? other : one;
    }

    boolean isBetween(Did a, Did b) {
        return one.equals(a) && other.equals(b) || one.equals(b) && other.equals(a);
    }

    /// Refuses unless it has taken place and can still be reported.
    void requireReportable(Instant now) {
        requireBegun();
        if (endedAt.filter(end -> !now.isBefore(end.plus(WINDOW))).isPresent()) {
            throw new RefusedException(Reason.REPORTING_WINDOW_CLOSED);
        }
    }

    void requireBegun() {
        if (!begun) {
            throw new RefusedException(Reason.DEALING_NOT_BEGUN);
        }
    }
}
