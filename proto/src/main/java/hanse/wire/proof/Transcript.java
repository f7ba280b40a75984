package hanse.wire.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Everything that was said so far, hashed: each part with its length (4 bytes, big-endian) before it.
final class Transcript {
    private final MessageDigest digest;

    /// @param domain keeps hashes for one purpose apart from all others
    Transcript(String domain) {
        try {
            digest = MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-512", e);
        }
        add(domain.getBytes(StandardCharsets.UTF_8));
    }

    Transcript add(byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        digest.update(part);
        return this;
    }

    byte[] sha512() {
        return digest.digest();
    }
}
