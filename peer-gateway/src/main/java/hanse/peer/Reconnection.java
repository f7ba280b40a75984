package hanse.peer;

/// When the peer may next be tried to be reached. Used under the pump's [Signal] only.
final class Reconnection {
    private final PumpSettings settings;
    private int failures;
    private long at = System.nanoTime();

    Reconnection(PumpSettings settings) {
        this.settings = settings;
    }

    /// Nanoseconds until the next attempt; not above zero when it is due.
    long until(long now) {
        return at - now;
    }

    void reached() {
        failures = 0;
    }

    /// A stream ended.
    ///
    /// @param failed as it should not have, or before it was up
    void ended(boolean failed) {
        if (failed) {
            failures++;
        }
        at = System.nanoTime() + Backoff.nanos(Math.max(1, failures), settings.firstBackoff(), settings.lastBackoff());
    }

    /// The peer made itself known: the next attempt need not wait long.
    void heard() {
        if (failures > 1) {
            failures = 1;
            at = Math.min(at, System.nanoTime() + settings.firstBackoff().toNanos());
        }
    }

    /// What failed before says nothing any more: try at once.
    void startOver() {
        failures = 0;
        at = System.nanoTime();
    }
}
