package hanse.peer;

import hanse.certs.RotatingIdentity;
import hanse.certs.SpiffeId;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// TLS between registries: 1.3 only, both sides present their node certificates. Keys and trust are looked up at each
/// handshake, so neither a renewed certificate nor an added CA needs a restart.
final class PeerTls {
    private final RotatingIdentity identity;
    private final PeerTrust trust;
    private final PeerMetrics metrics;
    private final InstantSource clock;

    PeerTls(RotatingIdentity identity, PeerTrust trust, PeerMetrics metrics, InstantSource clock) {
        this.identity = identity;
        this.trust = trust;
        this.metrics = metrics;
        this.clock = clock;
    }

    /// For the peer port: whoever calls must be a peer, and is the one that its certificate names.
    SslContext forServer() throws SSLException {
        return GrpcSslContexts.configure(SslContextBuilder.forServer(identity.keyManager()))
                .trustManager(new Check(Optional.empty()))
                .clientAuth(ClientAuth.REQUIRE)
                .protocols("TLSv1.3")
                .build();
    }

    /// For calling a peer: whoever answers must be that one. A context for each channel, so that no TLS session
    /// outlives the certificates it was made with.
    Client forClient(String peer) throws SSLException {
        Check check = new Check(Optional.of(peer));
        return new Client(
                GrpcSslContexts.configure(SslContextBuilder.forClient())
                        .keyManager(identity.keyManager())
                        .trustManager(check)
                        .endpointIdentificationAlgorithm(null)
                        .protocols("TLSv1.3")
                        .build(),
                check::fits);
    }

    /// @param fits whether whoever answered last would be believed now, too; nobody would have been
    record Client(SslContext context, BooleanSupplier fits) {}

    /// Knows a certificate by the bundle of the one registry that it names, never by a set of all CAs. Host names do
    /// not count: what is pinned is the registry, wherever it runs.
    private final class Check extends X509ExtendedTrustManager {
        private final Optional<String> expected;

        /// The last that was believed, on a client's side; what was never asked for has not.
        private volatile List<X509Certificate> believed = List.of();

        Check(Optional<String> expected) {
            this.expected = expected;
        }

        private void check(X509Certificate[] chain, TrustedPeer.Side side) throws CertificateException {
            String claimed = expected.or(() -> chain.length == 0
                            ? Optional.empty()
                            : SpiffeId.of(chain[0]).map(SpiffeId::registry))
                    .orElseThrow(() -> stranger("the certificate names no registry"));
            TrustedPeer peer = trust.find(claimed)
                    .orElseThrow(() -> stranger("the certificate names " + claimed + ", not a peer of this registry"));
            try {
                peer.check(List.of(chain), side, clock.instant());
                believed = expected.isPresent() ? List.of(chain) : List.of();
            } catch (CertificateException e) {
                metrics.of(claimed).certificateRefused(e);
                throw e;
            }
        }

        private boolean fits() {
            Optional<TrustedPeer> peer = expected.flatMap(trust::find);
            if (peer.isEmpty() || believed.isEmpty()) {
                return false;
            }
            try {
                peer.get().check(believed, TrustedPeer.Side.SERVER, clock.instant());
                return true;
            } catch (CertificateException e) {
                return false;
            }
        }

        private CertificateException stranger(String why) {
            metrics.stranger(Refusal.NOT_A_PEER, why);
            return new CertificateException(why);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain, TrustedPeer.Side.CLIENT);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain, TrustedPeer.Side.SERVER);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            check(chain, TrustedPeer.Side.CLIENT);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            check(chain, TrustedPeer.Side.SERVER);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain, TrustedPeer.Side.CLIENT);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain, TrustedPeer.Side.SERVER);
        }

        /// None: a server's list of accepted CAs is fixed when OpenSSL starts, and would keep newer peers from
        /// presenting theirs.
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
