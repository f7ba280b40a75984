package hanse.certs;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The CA certificates of one registry, from which its certificates must chain. Several while a CA is being replaced.
///
/// @param authorities 1 to 16 certificates of CAs, no two the same
public record TrustBundle(List<X509Certificate> authorities) {
    /// The most certificates of a bundle.
    public static final int MAX_CERTIFICATES = 16;

    /// The most bytes of a bundle's PEM text.
    public static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_CHAIN = 4;

    /// @throws IllegalArgumentException when there are too few, too many, or one that is not of a CA
    public TrustBundle {
        authorities = List.copyOf(new LinkedHashSet<>(authorities));
        if (authorities.isEmpty() || authorities.size() > MAX_CERTIFICATES) {
            throw new IllegalArgumentException("a trust bundle holds 1 to " + MAX_CERTIFICATES + " certificates");
        }
        for (X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                throw new IllegalArgumentException("a trust bundle holds certificates of CAs only");
            }
        }
    }

    /// Reads a bundle from PEM text.
    ///
    /// @throws IllegalArgumentException when it is too large, malformed, or breaks the bounds above
    public static TrustBundle parse(String pem) {
        if (pem.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("a trust bundle has at most " + MAX_BYTES + " bytes");
        }
        try {
            return new TrustBundle(Pem.certificates(pem));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a trust bundle holds X.509 certificates in PEM", e);
        }
    }

    /// Reads a bundle from one PEM text for each certificate, or several; together within the same bounds.
    ///
    /// @throws IllegalArgumentException as [#parse(String)]
    public static TrustBundle parse(List<String> pems) {
        return parse(String.join("\n", pems));
    }

    /// The bundle as one PEM text.
    public String pem() {
        return Pem.certificates(authorities);
    }

    /// The bundle as one PEM text for each certificate.
    public List<String> pems() {
        return authorities.stream()
                .map(authority -> Pem.certificates(List.of(authority)))
                .toList();
    }

    /// DER of each certificate, in order: what a fingerprint covers.
    public List<byte[]> encoded() {
        List<byte[]> encoded = new ArrayList<>();
        for (X509Certificate authority : authorities) {
            try {
                encoded.add(authority.getEncoded());
            } catch (CertificateException e) {
                throw new IllegalStateException("a certificate that was read cannot be written", e);
            }
        }
        return encoded;
    }

    /// Checks that a chain, leaf first, leads to this bundle and is valid at that moment. Who the leaf speaks for and
    /// what it may be used for is for the caller to check.
    ///
    /// @throws CertificateException when it does not
    public void verify(List<X509Certificate> chain, Instant at) throws CertificateException {
        // Peers send their CA along; path validation wants the chain without its anchor.
        List<X509Certificate> path =
                chain.stream().filter(link -> !authorities.contains(link)).toList();
        if (path.isEmpty() || path.size() > MAX_CHAIN || path.getFirst().getBasicConstraints() >= 0) {
            throw new CertificateException("not the chain of a leaf");
        }
        Set<TrustAnchor> anchors = authorities.stream()
                .filter(authority -> isValid(authority, at))
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toSet());
        if (anchors.isEmpty()) {
            throw new CertificateException("no CA of the bundle is valid now");
        }
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the chain does not lead to the bundle", e);
        }
    }

    private static boolean isValid(X509Certificate certificate, Instant at) {
        return !at.isBefore(certificate.getNotBefore().toInstant())
                && !at.isAfter(certificate.getNotAfter().toInstant());
    }
}
