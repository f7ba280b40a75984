package hanse.bridge;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a TLS server or client proves itself with.
///
/// @param key the leaf's private key; P-256, because Ed25519 certificates fail wherever BoringSSL is on either side
/// @param chain the leaf first, then what leads to the root
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    public TlsIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a certificate chain has at least its leaf");
        }
    }
}
