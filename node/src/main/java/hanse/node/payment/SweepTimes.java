package hanse.node.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What this process has swept: everything at first and then once a day, because a few things become due late (a
/// settlement that comes back after weeks); in between only what can have become due since the last time.
final class SweepTimes {
    private static final Duration EVERYTHING = Duration.ofDays(1);

    /// A token lives an hour at most; the other hour is for clocks that differ.
    private static final Duration OVERLAP = Duration.ofHours(2);

    private Optional<Instant> everything = Optional.empty();
    private Instant last = Instant.EPOCH;

    /// What became due before this has been swept.
    synchronized Instant since(Instant now) {
        return everything.filter(at -> now.isBefore(at.plus(EVERYTHING))).isPresent()
                ? last.minus(OVERLAP)
                : Instant.EPOCH;
    }

    /// A sweep has ended well.
    synchronized void swept(Instant since, Instant now) {
        if (since.equals(Instant.EPOCH)) {
            everything = Optional.of(now);
        }
        last = now;
    }
}
