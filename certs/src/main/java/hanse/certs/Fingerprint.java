package hanse.certs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/// What two operators read to each other: SHA-256 in hex, in sixteen groups of four parted by spaces.
public final class Fingerprint {
    private Fingerprint() {}

    /// The fingerprint of these bytes, one part after the other.
    public static String of(byte[]... parts) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (byte[] part : parts) {
            digest.update(part);
        }
        String hex = HexFormat.of().formatHex(digest.digest());
        StringBuilder text = new StringBuilder(hex.length() * 5 / 4);
        for (int i = 0; i < hex.length(); i += 4) {
            if (i > 0) {
                text.append(' ');
            }
            text.append(hex, i, i + 4);
        }
        return text.toString();
    }

    /// Whether someone read out this fingerprint: case, blanks, colons and dashes do not count.
    public static boolean matches(String fingerprint, String readOut) {
        return bare(fingerprint).equals(bare(readOut));
    }

    private static String bare(String text) {
        return text.replaceAll("[\\s:-]", "").toLowerCase(Locale.ROOT);
    }
}
