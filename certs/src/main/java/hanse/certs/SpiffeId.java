package hanse.certs;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who a certificate speaks for: `spiffe://<registry id>/<role>`, carried as the only URI of its subject alternative
/// name.
///
/// @param registry the registry's id: DNS-like, lower case, 1 to 253 characters
/// @param role what the holder is within its registry, such as `node`; lower-case letters and dashes, 1 to 32
public record SpiffeId(String registry, String role) {
    /// The role of a node, the only one that may speak on the peer port.
    public static final String NODE = "node";

    /// The role of a REST bridge, which passes on requests that others signed.
    public static final String BRIDGE = "bridge";

    private static final int URI_NAME = 6;
    private static final int LONGEST_REGISTRY = 253;
    private static final Pattern REGISTRY =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final Pattern TEXT = Pattern.compile("spiffe://([^/]{1,253})/([a-z][a-z-]{0,31})");
    private static final Pattern ROLE = Pattern.compile("[a-z][a-z-]{0,31}");

    /// @throws IllegalArgumentException when either part is not of its form
    public SpiffeId {
        if (!isRegistryId(registry) || !ROLE.matcher(role).matches()) {
            throw new IllegalArgumentException("not a SPIFFE id of a registry");
        }
    }

    /// The id of a registry's node.
    public static SpiffeId node(String registry) {
        return new SpiffeId(registry, NODE);
    }

    /// The id of a registry's bridge.
    public static SpiffeId bridge(String registry) {
        return new SpiffeId(registry, BRIDGE);
    }

    /// Whether a text can be a registry's id: a lower-case DNS name, which fits a SPIFFE trust domain.
    public static boolean isRegistryId(String text) {
        return text.length() <= LONGEST_REGISTRY && REGISTRY.matcher(text).matches();
    }

    /// Reads `spiffe://<registry id>/<role>`; empty when the text is anything else.
    public static Optional<SpiffeId> parse(String text) {
        var match = TEXT.matcher(text);
        return match.matches() && isRegistryId(match.group(1))
                ? Optional.of(new SpiffeId(match.group(1), match.group(2)))
                : Optional.empty();
    }

    /// The id that a certificate carries; empty when it carries none, several URIs or one of another form. Says nothing
    /// about who signed the certificate.
    public static Optional<SpiffeId> of(X509Certificate certificate) {
        List<String> uris = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            for (List<?> name : names) {
                if (name.getFirst() instanceof Integer kind && kind == URI_NAME) {
                    uris.add(String.valueOf(name.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
        return uris.size() == 1 ? parse(uris.getFirst()) : Optional.empty();
    }

    @Override
    public String toString() {
        return "spiffe://" + registry + "/" + role;
    }
}
