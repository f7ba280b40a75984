package hanse.certs;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PEM (RFC 7468): the armour around certificates and keys. Text outside the blocks is passed over, as the RFC
/// allows.
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    static String encode(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /// Every block of that label, in order.
    ///
    /// @throws IllegalArgumentException when the inside of a block is not Base64
    static List<byte[]> decode(String label, String text) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(label)) {
                blocks.add(Base64.getMimeDecoder().decode(matcher.group(2).getBytes(StandardCharsets.US_ASCII)));
            }
        }
        return blocks;
    }

    /// @throws IllegalArgumentException when there is not exactly one block of that label
    static byte[] decodeOne(String label, String text) {
        List<byte[]> blocks = decode(label, text);
        if (blocks.size() != 1) {
            throw new IllegalArgumentException("expected one PEM block of " + label + ", found " + blocks.size());
        }
        return blocks.getFirst();
    }

    static List<X509Certificate> certificates(String text) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : decode(CERTIFICATE, text)) {
            certificates.add(certificate(der));
        }
        return certificates;
    }

    static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    static String certificates(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(encode(CERTIFICATE, certificate.getEncoded()));
            } catch (CertificateException e) {
                throw new IllegalStateException("a certificate that was read cannot be written", e);
            }
        }
        return text.toString();
    }
}
