package hanse.node.statement;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.UUID;

/// What some transfers come to.
///
/// @param digest SHA-256 over each one's id and micro-AVT, by id
record Tally(long count, long micros, byte[] digest) {
    /// A transfer that was credited.
    record Credit(UUID id, long micros) {}

    /// Counts some, by id, as long as there are such.
    static Tally of(Iterator<Credit> credits) {
        return of(credits, Long.MAX_VALUE);
    }

    /// Counts the next ones, at most so many.
    static Tally of(Iterator<Credit> credits, long most) {
        MessageDigest sha = sha256();
        ByteBuffer bytes = ByteBuffer.allocate(3 * Long.BYTES);
        long count = 0;
        long micros = 0;
        while (count < most && credits.hasNext()) {
            Credit credit = credits.next();
            count++;
            micros = Math.addExact(micros, credit.micros());
            bytes.clear();
            bytes.putLong(credit.id().getMostSignificantBits())
                    .putLong(credit.id().getLeastSignificantBits());
            bytes.putLong(credit.micros());
            sha.update(bytes.array());
        }
        return new Tally(count, micros, sha.digest());
    }

    boolean matches(Tally other) {
        return count == other.count && micros == other.micros && Arrays.equals(digest, other.digest);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
