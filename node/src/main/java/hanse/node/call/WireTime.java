package hanse.node.call;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/// Times on the wire.
public final class WireTime {
    private WireTime() {}

    public static Timestamp of(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
