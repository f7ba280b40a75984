package hanse.node.payment;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The secret that tokens are made with. All nodes of one registry share it; it is kept outside the database, so that
/// whoever reads the database still has no token.
public final class TokenSecret {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST = 32;

    private final Mac mac;

    /// @param secret at least 32 random bytes
    public TokenSecret(byte[] secret) {
        if (secret.length < SHORTEST) {
            throw new IllegalArgumentException("a token secret has at least 32 bytes");
        }
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    byte[] mac(byte[] input) {
        try {
            return ((Mac) mac.clone()).doFinal(input);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the platform's HmacSHA256 can be cloned", e);
        }
    }
}
