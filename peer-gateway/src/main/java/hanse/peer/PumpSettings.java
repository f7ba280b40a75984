package hanse.peer;

import java.time.Duration;

/// How a pump sends.
///
/// @param window the most messages sent and not decided, 1 to 65,536
/// @param answerTimeout after this long without an answer a message is sent again
/// @param firstBackoff the wait after a first failure, doubled by each further one; the real waits are between half and
///     all of it
/// @param lastBackoff the longest wait
/// @param lookEvery how often the outbox is looked into although nobody called: what another process committed is found
///     by it at the latest
/// @param refreshEvery how long a connection is used before a new one takes its place, so that neither side goes on
///     with a certificate that has ended
public record PumpSettings(
        int window,
        Duration answerTimeout,
        Duration firstBackoff,
        Duration lastBackoff,
        Duration lookEvery,
        Duration refreshEvery) {
    public static final PumpSettings DEFAULTS = new PumpSettings(
            1024,
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofHours(6));

    /// @throws IllegalArgumentException when a bound is broken
    public PumpSettings {
        if (window < 1 || window > 65_536) {
            throw new IllegalArgumentException("the window is 1 to 65536 messages");
        }
        if (!answerTimeout.isPositive()
                || !firstBackoff.isPositive()
                || lastBackoff.compareTo(firstBackoff) < 0
                || !lookEvery.isPositive()
                || !refreshEvery.isPositive()) {
            throw new IllegalArgumentException("times are more than zero, and the last backoff is not below the first");
        }
    }
}
