package hanse.node.call;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import java.time.Instant;
import java.util.Optional;

/// Times on the wire.
public final class WireTime {
    private WireTime() {}

    private static final long LATEST = Instant.parse("9999-12-31T00:00:00Z").getEpochSecond();

    public static Timestamp of(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /// A time that this registry has written or checked.
    public static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /// A time that somebody else has written; empty when it is none, or none from 1970 to 9999, which everything that
    /// keeps times can keep.
    public static Optional<Instant> read(Timestamp time) {
        return Timestamps.isValid(time) && time.getSeconds() >= 0 && time.getSeconds() < LATEST
                ? Optional.of(instant(time))
                : Optional.empty();
    }
}
