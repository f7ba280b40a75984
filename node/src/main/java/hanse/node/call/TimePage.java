package hanse.node.call;

import hanse.error.v1.Reason;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/// Where a list by time goes on: after this row.
public record TimePage(Instant at, UUID id) {
    private static final int LENGTH = 3 * Long.BYTES;
    private static final long MICROS = 1_000_000;

    /// From 1970 to the year 9999: no row is of another time, and PostgreSQL has no place for some.
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond() * MICROS;

    /// Reads what [#token] wrote; nothing for the first page. Refuses with `BAD_PAGE_TOKEN`.
    public static Optional<TimePage> read(String token) {
        return token.isEmpty() ? Optional.empty() : Optional.of(parse(token));
    }

    private static TimePage parse(String token) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
            if (bytes.remaining() != LENGTH) {
                throw new RefusedException(Reason.BAD_PAGE_TOKEN);
            }
            long micros = bytes.getLong();
            if (micros < 0 || micros > LATEST) {
                throw new RefusedException(Reason.BAD_PAGE_TOKEN);
            }
            Instant at = Instant.ofEpochSecond(micros / MICROS, micros % MICROS * 1_000);
            return new TimePage(at, new UUID(bytes.getLong(), bytes.getLong()));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }

    public String token() {
        long micros = at.getEpochSecond() * MICROS + at.getNano() / 1_000;
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH)
                .putLong(micros)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
