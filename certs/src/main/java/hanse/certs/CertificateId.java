package hanse.certs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/// Names one certificate of a registry as `openssl x509` prints it: by the SHA-256 of its DER, or by its serial number,
/// which its CA has given to no other.
///
/// @param hex lower case; 64 digits are the hash, fewer the serial number without leading zeros
public record CertificateId(String hex) {
    private static final int HASH_DIGITS = 64;
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{1," + HASH_DIGITS + "}");
    private static final Pattern PUNCTUATION = Pattern.compile("[:\\s]");
    private static final Pattern LEADING_ZEROS = Pattern.compile("^0+(?=.)");

    /// @throws IllegalArgumentException when it is not of that form
    public CertificateId {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a certificate's SHA-256 or serial number in hex");
        }
    }

    /// Reads either in any case, with or without colons.
    ///
    /// @throws IllegalArgumentException when it is neither
    public static CertificateId parse(String text) {
        String digits = PUNCTUATION.matcher(text).replaceAll("").toLowerCase(Locale.ROOT);
        return new CertificateId(
                digits.length() == HASH_DIGITS
                        ? digits
                        : LEADING_ZEROS.matcher(digits).replaceAll(""));
    }

    /// A certificate by its hash.
    public static CertificateId of(X509Certificate certificate) {
        try {
            return new CertificateId(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    /// A certificate by its serial number.
    public static CertificateId serial(X509Certificate certificate) {
        return new CertificateId(certificate.getSerialNumber().abs().toString(16));
    }
}
