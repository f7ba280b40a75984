package hanse.peer;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// What registries' keys sign: a line that says what it is, and the bytes, so that no signature of one kind is ever one
/// of another.
enum SignedBytes {
    MESSAGE("hanse-message-v1\n"),
    OUTCOME("hanse-outcome-v1\n"),
    CARD("hanse-card-v1\n");

    private final byte[] prefix;

    SignedBytes(String prefix) {
        this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] of(ByteString content) {
        byte[] text = new byte[prefix.length + content.size()];
        System.arraycopy(prefix, 0, text, 0, prefix.length);
        content.copyTo(text, prefix.length);
        return text;
    }

    static byte[] sha256(ByteString content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(content.asReadOnlyByteBuffer());
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
