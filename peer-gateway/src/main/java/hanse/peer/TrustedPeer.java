package hanse.peer;

import hanse.certs.CertificateId;
import hanse.certs.SpiffeId;
import hanse.certs.TrustBundle;
import hanse.certs.VerifyKey;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What this registry pins of a peer: enough to know it on the wire and to reach it.
///
/// @param registryId the peer
/// @param endpoint `host:port` of its peer port; an IPv6 address in brackets
/// @param bundle the CAs from which its certificates chain, and no other registry's
/// @param signingKeys the keys by which it signs, 1 to 4: several while it is changing keys
/// @param revoked certificates that are not believed although they chain to the bundle
public record TrustedPeer(
        String registryId,
        String endpoint,
        TrustBundle bundle,
        List<VerifyKey> signingKeys,
        Set<CertificateId> revoked) {
    private static final int MAX_KEYS = 4;

    /// @throws IllegalArgumentException when a part is not of its form
    public TrustedPeer {
        signingKeys = List.copyOf(signingKeys);
        revoked = Set.copyOf(revoked);
        if (!SpiffeId.isRegistryId(registryId)) {
            throw new IllegalArgumentException("not a registry id");
        }
        if (!isEndpoint(endpoint)) {
            throw new IllegalArgumentException("not a host:port");
        }
        if (signingKeys.isEmpty() || signingKeys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("a peer has 1 to " + MAX_KEYS + " signing keys");
        }
    }

    /// Nothing of it was revoked.
    public TrustedPeer(String registryId, String endpoint, TrustBundle bundle, List<VerifyKey> signingKeys) {
        this(registryId, endpoint, bundle, signingKeys, Set.of());
    }

    /// The same with these certificates revoked, and no others.
    public TrustedPeer revoking(Set<CertificateId> certificates) {
        return new TrustedPeer(registryId, endpoint, bundle, signingKeys, certificates);
    }

    /// Whether a text is `host:port`, and nothing else.
    static boolean isEndpoint(String text) {
        try {
            URI uri = URI.create("x://" + text);
            return uri.getHost() != null
                    && uri.getPort() > 0
                    && uri.getPort() <= 65535
                    && text.equals(uri.getHost() + ":" + uri.getPort());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Whether the signature is by a key of this peer.
    boolean signed(byte[] message, byte[] signature) {
        for (VerifyKey key : signingKeys) {
            if (key.verify(message, signature)) {
                return true;
            }
        }
        return false;
    }

    /// Checks that a chain is this peer's node, now, for that side of a connection.
    ///
    /// @throws CertificateException when it is not
    void check(List<X509Certificate> chain, Side side, Instant at) throws CertificateException {
        if (chain.isEmpty()) {
            throw new CertificateException("no certificate");
        }
        X509Certificate leaf = chain.getFirst();
        if (!SpiffeId.of(leaf).equals(Optional.of(SpiffeId.node(registryId)))) {
            throw new CertificateException("the certificate is not of " + SpiffeId.node(registryId));
        }
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(side.purpose)) {
            throw new CertificateException("the certificate is not for this side of a connection");
        }
        bundle.verify(chain, at);
        for (X509Certificate link : revoked.isEmpty() ? List.<X509Certificate>of() : chain) {
            if (revoked.contains(CertificateId.of(link)) || revoked.contains(CertificateId.serial(link))) {
                throw new RevokedException();
            }
        }
    }

    /// Which end of a connection a peer is.
    enum Side {
        SERVER("1.3.6.1.5.5.7.3.1"),
        CLIENT("1.3.6.1.5.5.7.3.2");

        private final String purpose;

        Side(String purpose) {
            this.purpose = purpose;
        }
    }
}
