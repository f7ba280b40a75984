package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.Request;
import hanse.wire.SignedText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;

/// A payment token: `apt_` and 64 hex digits. Its text is known to the payer and whom the payer sends it; everybody
/// else, this registry's database included, has its hash. Prints nothing of itself.
public final class Token {
    private static final String PREFIX = "apt_";
    private static final int LENGTH = PREFIX.length() + 64;

    private final String text;
    private final byte[] hash;

    private Token(String text) {
        this.text = text;
        this.hash = SignedText.sha256(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// The token of an authorization. A repeat of the same request finds the same one again, so a lost answer can be
    /// asked for without the token being stored.
    ///
    /// @param secret the node's, kept outside the database
    static Token of(TokenSecret secret, Request request) {
        ByteBuffer key = ByteBuffer.allocate(16)
                .putLong(request.key().getMostSignificantBits())
                .putLong(request.key().getLeastSignificantBits());
        return new Token(PREFIX + HexFormat.of().formatHex(secret.mac(key.array())));
    }

    /// Reads what somebody presents. Refuses with `BAD_TOKEN`.
    static Token parse(String text) {
        if (text.length() != LENGTH || !text.startsWith(PREFIX)) {
            throw new RefusedException(Reason.BAD_TOKEN);
        }
        for (int i = PREFIX.length(); i < LENGTH; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                throw new RefusedException(Reason.BAD_TOKEN);
            }
        }
        return new Token(text);
    }

    /// The payment that a token with this hash belongs to.
    static UUID paymentId(byte[] hash) {
        ByteBuffer first = ByteBuffer.wrap(hash);
        return new UUID(first.getLong(), first.getLong());
    }

    UUID paymentId() {
        return paymentId(hash);
    }

    byte[] hash() {
        return hash.clone();
    }

    /// For the answer to its payer, and nothing else.
    String reveal() {
        return text;
    }

    /// Whether this is the token with that hash; takes the same time either way.
    boolean has(byte[] otherHash) {
        return MessageDigest.isEqual(hash, otherHash);
    }

    @Override
    public String toString() {
        return "apt_…";
    }
}
