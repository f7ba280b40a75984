package hanse.node.identity;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/// Whether something was signed just now. Source: spec/marketplace, Authentication: 30 s; 5 s ahead are allowed for
/// clocks.
public enum Freshness {
    FRESH,
    STALE,
    FROM_FUTURE,
    UNREADABLE;

    /// Accepted from this long ago …
    public static final Duration PAST = Duration.ofSeconds(30);

    /// … to this far ahead.
    public static final Duration AHEAD = Duration.ofSeconds(5);

    private static final int LONGEST = 40;

    /// Reads an ISO 8601 time with zone.
    public static Freshness of(String timestamp, Instant now) {
        if (timestamp.isEmpty() || timestamp.length() > LONGEST) {
            return UNREADABLE;
        }
        Instant at;
        try {
            at = Instant.parse(timestamp);
        } catch (DateTimeException e) {
            return UNREADABLE;
        }
        if (at.isBefore(now.minus(PAST))) {
            return STALE;
        }
        return at.isAfter(now.plus(AHEAD)) ? FROM_FUTURE : FRESH;
    }
}
