package hanse.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The time of a simulation, which passes when a step says so. Each registry's clock may be wrong by something.
final class VirtualTime {
    static final Instant BEGINNING = Instant.parse("2026-03-01T12:00:00Z");

    private Instant now = BEGINNING;

    void begin(Instant moment) {
        now = moment;
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    Clock clock() {
        return new Clock();
    }

    /// A registry's own.
    final class Clock implements InstantSource {
        private Duration skew = Duration.ZERO;

        void skew(Duration wrongBy) {
            skew = wrongBy;
        }

        @Override
        public Instant instant() {
            return now.plus(skew);
        }
    }
}
