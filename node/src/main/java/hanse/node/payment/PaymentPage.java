package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/// Where a list of payments goes on: after this one.
record PaymentPage(Instant authorizedAt, UUID id) {
    private static final int LENGTH = 3 * Long.BYTES;
    private static final long MICROS = 1_000_000;

    /// From 1970 to the year 9999: no payment is of another time, and PostgreSQL has no place for some.
    private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond() * MICROS;

    static PaymentPage after(Payment last) {
        return new PaymentPage(last.authorizedAt(), last.id());
    }

    /// Reads what [#token] wrote. Refuses with `BAD_PAGE_TOKEN`.
    static PaymentPage parse(String token) {
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
            return new PaymentPage(at, new UUID(bytes.getLong(), bytes.getLong()));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PAGE_TOKEN);
        }
    }

    String token() {
        long micros = authorizedAt.getEpochSecond() * MICROS + authorizedAt.getNano() / 1_000;
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH)
                .putLong(micros)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
