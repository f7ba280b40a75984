package hanse.peer;

import hanse.certs.SpiffeId;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// The connections that peers opened to us, and whose each is: so that they can be closed when a peer is trusted no
/// more. gRPC names a connection's addresses and its TLS session but gives no way to close it, so the accepted sockets
/// are noted as they come in and found again by their remote address.
final class IncomingConnections extends ServerTransportFilter {
    static final Attributes.Key<Connection> CONNECTION = Attributes.Key.create("hanse-peer-connection");

    private final PeerTrust trust;
    private final PeerMetrics metrics;
    private final InstantSource clock;
    private final PeerLimits limits;
    private final Handshakes handshakes;
    private final Map<SocketAddress, Channel> accepted = new ConcurrentHashMap<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong opened = new AtomicLong();

    IncomingConnections(PeerTrust trust, PeerMetrics metrics, PeerLimits limits, InstantSource clock) {
        this.trust = trust;
        this.metrics = metrics;
        this.limits = limits;
        this.clock = clock;
        this.handshakes = new Handshakes(limits, this::makeRoom);
    }

    /// One peer's connection to us.
    final class Connection {
        private final String peer;
        private final List<X509Certificate> chain;
        private final @Nullable Channel channel;
        private final long number = opened.incrementAndGet();
        private volatile @Nullable TrustedPeer fits;

        private Connection(String peer, List<X509Certificate> chain, @Nullable Channel channel) {
            this.peer = peer;
            this.chain = chain;
            this.channel = channel;
        }

        String peer() {
            return peer;
        }

        /// What is pinned of the peer now; empty when it is trusted no more or this connection's certificate no longer
        /// fits or has ended. Path validation is done only when what is pinned has changed.
        Optional<TrustedPeer> trusted() {
            Optional<TrustedPeer> found = trust.find(peer);
            if (found.isEmpty()
                    || clock.instant().isAfter(chain.getFirst().getNotAfter().toInstant())) {
                return Optional.empty();
            }
            TrustedPeer now = found.get();
            if (now != fits) {
                try {
                    now.check(chain, TrustedPeer.Side.CLIENT, clock.instant());
                } catch (CertificateException e) {
                    metrics.of(peer).certificateRefused(e);
                    return Optional.empty();
                }
                fits = now;
            }
            return found;
        }

        private void closeUnlessTrusted() {
            if (trusted().isEmpty()) {
                close(Refusal.NOT_TRUSTED, "its certificate does not do any more");
            }
        }

        private void close(Refusal why, String detail) {
            if (channel != null && connections.remove(this)) {
                metrics.of(peer).refused(why, detail + ", from " + channel.remoteAddress());
                cut(channel);
            }
        }
    }

    /// Accepts connections and notes them.
    ServerChannel newServerChannel() {
        return new NioServerSocketChannel() {
            @Override
            protected int doReadMessages(List<Object> read) throws Exception {
                int before = read.size();
                int count = super.doReadMessages(read);
                read.subList(before, read.size()).removeIf(one -> one instanceof Channel channel && !accept(channel));
                return count;
            }
        };
    }

    /// Notes a connection, before anything is read from it; false when it was closed instead.
    private boolean accept(Channel channel) {
        SocketAddress address = channel.remoteAddress();
        if (address == null) {
            return true;
        }
        if (!handshakes.begins(channel)) {
            metrics.stranger(Refusal.TOO_MANY_CONNECTIONS, "from " + address);
            channel.unsafe().closeForcibly();
            return false;
        }
        accepted.put(address, channel);
        channel.closeFuture().addListener(closed -> {
            accepted.remove(address, channel);
            if (handshakes.ends(channel)) {
                metrics.stranger(Refusal.HANDSHAKE_UNFINISHED, "from " + address);
            }
        });
        return true;
    }

    private void makeRoom(Channel channel) {
        metrics.stranger(Refusal.TOO_MANY_CONNECTIONS, "a handshake makes room, from " + channel.remoteAddress());
        cut(channel);
    }

    /// The handshake is done. Trust is checked once more, after the connection is noted: a peer that was removed
    /// meanwhile, or that resumed a TLS session from before, does not get through.
    @Override
    public Attributes transportReady(Attributes attributes) {
        SocketAddress address = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        Channel channel = address == null ? null : accepted.get(address);
        List<X509Certificate> chain = chain(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        Optional<String> peer = chain.isEmpty()
                ? Optional.empty()
                : SpiffeId.of(chain.getFirst()).map(SpiffeId::registry);
        if (peer.isEmpty()) {
            if (channel != null) {
                cut(channel);
            }
            return attributes;
        }
        if (channel != null) {
            handshakes.ends(channel);
        }
        Connection connection = new Connection(peer.get(), chain, channel);
        connections.add(connection);
        connection.closeUnlessTrusted();
        List<Connection> same = connections.stream()
                .filter(other -> other.peer.equals(connection.peer))
                .sorted(Comparator.comparingLong(other -> other.number))
                .toList();
        if (same.size() > limits.connections()) {
            same.getFirst().close(Refusal.TOO_MANY_CONNECTIONS, "its oldest makes room");
        }
        return attributes.toBuilder().set(CONNECTION, connection).build();
    }

    @Override
    public void transportTerminated(Attributes attributes) {
        Connection connection = attributes == null ? null : attributes.get(CONNECTION);
        if (connection != null) {
            connections.remove(connection);
        }
    }

    /// Closes what a peer has open and should not.
    void recheck(String peer) {
        for (Connection connection : connections) {
            if (connection.peer.equals(peer)) {
                connection.closeUnlessTrusted();
            }
        }
    }

    /// Closes what anyone has open and should not, such as connections whose certificate has ended.
    void recheckAll() {
        connections.forEach(Connection::closeUnlessTrusted);
    }

    /// Closes the socket itself. `channel.close()` would pass through HTTP/2 first, which says goodbye and waits for
    /// open streams to end, as long as the peer likes.
    private static void cut(Channel channel) {
        ChannelHandlerContext socketSide = channel.pipeline().firstContext();
        if (socketSide == null) {
            channel.close();
        } else {
            socketSide.close();
        }
    }

    private static List<X509Certificate> chain(@Nullable SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        if (session != null) {
            try {
                for (Certificate certificate : session.getPeerCertificates()) {
                    if (certificate instanceof X509Certificate x509) {
                        chain.add(x509);
                    }
                }
            } catch (SSLPeerUnverifiedException e) {
                return List.of();
            }
        }
        return chain;
    }
}
