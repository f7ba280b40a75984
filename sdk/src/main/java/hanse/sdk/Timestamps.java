package hanse.sdk;

import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/// Timestamps for signatures: ISO 8601, UTC, six digits of a second, each later than the one before.
///
/// A registry accepts a signature once, and two equal requests with one timestamp have one signature. So a process
/// never gives a microsecond twice: above a million signatures a second it would run ahead of the clock, by less than
/// anyone sees.
final class Timestamps {
    /// The one that everything in this process shares, whichever key signs.
    static final Timestamps PROCESS = new Timestamps(InstantSource.system());

    private final InstantSource clock;
    private final AtomicLong last = new AtomicLong(Long.MIN_VALUE);
    // The text up to the whole second changes once a second; formatting it each time would cost more than a hash.
    private volatile Second second = new Second(Long.MIN_VALUE, "");

    Timestamps(InstantSource clock) {
        this.clock = clock;
    }

    String next() {
        Instant now = clock.instant();
        long present = Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000L), now.getNano() / 1_000);
        long micros = last.accumulateAndGet(present, (before, current) -> Math.max(before + 1, current));
        long epochSecond = Math.floorDiv(micros, 1_000_000L);
        int fraction = (int) Math.floorMod(micros, 1_000_000L);
        Second current = second;
        if (current.epoch != epochSecond) {
            current = new Second(epochSecond, prefix(epochSecond));
            second = current;
        }
        char[] digits = {'.', '0', '0', '0', '0', '0', '0', 'Z'};
        for (int i = 6; i > 0; i--) {
            digits[i] = (char) ('0' + fraction % 10);
            fraction /= 10;
        }
        return current.prefix.concat(new String(digits));
    }

    private static String prefix(long epochSecond) {
        String text = OffsetDateTime.ofInstant(Instant.ofEpochSecond(epochSecond), ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.SECONDS)
                .toLocalDateTime()
                .toString();
        // java.time leaves out seconds that are zero.
        return text.length() == "2026-01-01T00:00".length() ? text + ":00" : text;
    }

    private static final class Second {
        final long epoch;
        final String prefix;

        Second(long epoch, String prefix) {
            this.epoch = epoch;
            this.prefix = Objects.requireNonNull(prefix);
        }
    }
}
