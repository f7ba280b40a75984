package hanse.node.access;

import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// What is kept of a session's token: its SHA-256.
public record SessionKey(byte[] sha256) {
    private static final String PREFIX = "hs_";

    /// Bytes of randomness in a token.
    static final int RANDOM = 32;

    static String token(byte[] random) {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    static SessionKey of(String token) {
        return new SessionKey(SignedText.sha256(token.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionKey key && Arrays.equals(sha256, key.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(sha256);
    }
}
