package hanse.node.cli;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Times for people: UTC, to the second.
final class Times {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private Times() {}

    static String text(Timestamp timestamp) {
        return timestamp.equals(Timestamp.getDefaultInstance())
                ? "-"
                : SECONDS.format(Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos()));
    }
}
