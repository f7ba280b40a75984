package hanse.peer;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// Waits that double up to a bound, each between half and all of its length, so that many who failed together do not
/// come back together.
final class Backoff {
    private static final int MAX_DOUBLINGS = 30;

    private Backoff() {}

    /// Nanoseconds to wait after so many failures in a row.
    static long nanos(int failures, Duration first, Duration last) {
        int doublings = Math.clamp(failures - 1L, 0, MAX_DOUBLINGS);
        long full = last.toNanos();
        if (first.toNanos() <= full >> doublings) {
            full = first.toNanos() << doublings;
        }
        return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
    }
}
