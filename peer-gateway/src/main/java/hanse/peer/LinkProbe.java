package hanse.peer;

import hanse.certs.RotatingIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Goes the way to a peer once, from its name to its certificate, and says how far it came. Says nothing on it.
public final class LinkProbe {
    private final RotatingIdentity identity;
    private final InstantSource clock;

    /// Where it ended.
    public enum End {
        /// The name of the endpoint has no address.
        NAME,
        /// Nobody answers at the port.
        PORT,
        /// Who answers speaks no TLS 1.3.
        TLS,
        /// Its certificate does not chain to the peer's CAs.
        FOREIGN_CA,
        /// Its certificate is of somebody else, or for something else.
        OTHER_NAME,
        /// Its certificate is valid no more.
        EXPIRED,
        /// Its certificate is not valid yet.
        NOT_YET_VALID,
        /// Its certificate was revoked here.
        REVOKED,
        /// It is the peer.
        ARRIVED
    }

    /// What was seen.
    ///
    /// @param detail for people: an address, a name, a time
    public record Sight(End end, String detail) {}

    public LinkProbe(RotatingIdentity identity, InstantSource clock) {
        this.identity = identity;
        this.clock = clock;
    }

    /// Blocks, for each of three steps at most as long as `patience`.
    public Sight look(TrustedPeer peer, Duration patience) {
        URI endpoint = URI.create("x://" + peer.endpoint());
        int millis = Math.toIntExact(patience.toMillis());
        InetAddress address;
        try {
            address = InetAddress.getByName(endpoint.getHost());
        } catch (UnknownHostException e) {
            return new Sight(End.NAME, endpoint.getHost());
        }
        Seen seen = new Seen();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, endpoint.getPort()), millis);
            plain.setSoTimeout(millis);
            try (SSLSocket tls = (SSLSocket) context(seen)
                    .getSocketFactory()
                    .createSocket(plain, endpoint.getHost(), endpoint.getPort(), true)) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.3"});
                parameters.setApplicationProtocols(new String[] {"h2"});
                tls.setSSLParameters(parameters);
                tls.startHandshake();
            } catch (IOException e) {
                if (seen.chain.isEmpty()) {
                    return new Sight(End.TLS, String.valueOf(e.getMessage()));
                }
            }
        } catch (IOException e) {
            return new Sight(End.PORT, address.getHostAddress() + ":" + endpoint.getPort() + ", " + e.getMessage());
        }
        return judge(peer, seen.chain, clock.instant());
    }

    private static Sight judge(TrustedPeer peer, List<X509Certificate> chain, Instant now) {
        X509Certificate leaf = chain.getFirst();
        try {
            peer.check(chain, TrustedPeer.Side.SERVER, now);
            return new Sight(End.ARRIVED, "");
        } catch (RevokedException e) {
            return new Sight(End.REVOKED, leaf.getSerialNumber().toString(16));
        } catch (CertificateException e) {
            if (now.isAfter(leaf.getNotAfter().toInstant())) {
                return new Sight(End.EXPIRED, leaf.getNotAfter().toInstant().toString());
            }
            if (now.isBefore(leaf.getNotBefore().toInstant())) {
                return new Sight(
                        End.NOT_YET_VALID, leaf.getNotBefore().toInstant().toString());
            }
            try {
                peer.bundle().verify(chain, now);
                return new Sight(End.OTHER_NAME, String.valueOf(e.getMessage()));
            } catch (CertificateException foreign) {
                return new Sight(End.FOREIGN_CA, leaf.getIssuerX500Principal().getName());
            }
        }
    }

    private SSLContext context(Seen seen) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {identity.keyManager()}, new TrustManager[] {seen}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS could not be set up", e);
        }
    }

    /// Remembers what is shown. It is judged afterwards, and nothing is said over this connection.
    private static final class Seen extends X509ExtendedTrustManager {
        volatile List<X509Certificate> chain = List.of();

        private void see(X509Certificate[] shown) {
            chain = List.of(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String authType) {
            see(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String authType, @Nullable Socket socket) {
            see(shown);
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] shown, String authType, javax.net.ssl.@Nullable SSLEngine engine) {
            see(shown);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String authType) throws CertificateException {
            throw new CertificateException("nobody calls here");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String authType, @Nullable Socket socket)
                throws CertificateException {
            throw new CertificateException("nobody calls here");
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] shown, String authType, javax.net.ssl.@Nullable SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("nobody calls here");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
