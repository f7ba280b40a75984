package hanse.peer;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;

/// Our connection to one peer: a channel that is replaced when it fails, when our certificate was renewed, and when
/// what is pinned of the peer has changed; the pump's stream and single calls share it.
final class PeerLink {
    /// How long calls that are under way on a channel that was replaced may still take.
    private static final long RETIREMENT_SECONDS = 30;

    private final String peer;
    private final PeerTrust trust;
    private final PeerTls tls;
    private final ScheduledExecutorService scheduler;

    private final ReentrantLock lock = new ReentrantLock();

    /// With whether whoever answered there would be believed now, too.
    private final Map<ManagedChannel, BooleanSupplier> open = new HashMap<>();

    private Optional<ManagedChannel> current = Optional.empty();
    private String endpoint = "";
    private boolean closed;

    PeerLink(String peer, PeerTrust trust, PeerTls tls, ScheduledExecutorService scheduler) {
        this.peer = peer;
        this.trust = trust;
        this.tls = tls;
        this.scheduler = scheduler;
    }

    /// The channel in use, or a new one where there is none that works; empty when the peer is not trusted.
    Optional<ManagedChannel> channel() {
        lock.lock();
        try {
            Optional<ManagedChannel> usable = current.filter(channel -> {
                ConnectivityState state = channel.getState(false);
                return state != ConnectivityState.TRANSIENT_FAILURE && state != ConnectivityState.SHUTDOWN;
            });
            return usable.isPresent() ? usable : fresh();
        } finally {
            lock.unlock();
        }
    }

    /// A new channel in any case, used from now on; the one before stays open until it is retired.
    Optional<ManagedChannel> fresh() {
        lock.lock();
        try {
            Optional<TrustedPeer> found = trust.find(peer);
            if (closed || found.isEmpty()) {
                return Optional.empty();
            }
            PeerTls.Client client = tls.forClient(peer);
            ManagedChannel channel = NettyChannelBuilder.forTarget(
                            "dns:///" + found.get().endpoint())
                    .sslContext(client.context())
                    .proxyDetector(address -> null)
                    .directExecutor()
                    .disableServiceConfigLookUp()
                    .disableRetry()
                    .flowControlWindow(1 << 20)
                    .maxInboundMessageSize(2 * PeerServer.MAX_MESSAGE_BYTES)
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .build();
            open.put(channel, client.fits());
            endpoint = found.get().endpoint();
            Optional<ManagedChannel> before = current;
            current = Optional.of(channel);
            before.filter(old -> old.getState(false) == ConnectivityState.TRANSIENT_FAILURE)
                    .ifPresent(this::retire);
            return current;
        } catch (SSLException e) {
            throw new IllegalStateException("TLS could not be set up", e);
        } finally {
            lock.unlock();
        }
    }

    /// Starts no new call on a channel, lets those under way end, and closes it.
    void retire(ManagedChannel channel) {
        lock.lock();
        try {
            if (open.remove(channel) == null) {
                return;
            }
            current = current.filter(used -> used != channel);
        } finally {
            lock.unlock();
        }
        channel.shutdown();
        scheduler.schedule(channel::shutdownNow, RETIREMENT_SECONDS, TimeUnit.SECONDS);
    }

    /// Retires the channel in use.
    void retireCurrent() {
        Optional<ManagedChannel> used;
        lock.lock();
        try {
            used = current;
        } finally {
            lock.unlock();
        }
        used.ifPresent(this::retire);
    }

    /// What is pinned of the peer has changed: closes at once every connection at whose other end nobody is now
    /// who would be believed.
    ///
    /// @return whether the one in use goes on, and where the peer is now
    boolean recheck() {
        List<ManagedChannel> strange;
        boolean goesOn;
        lock.lock();
        try {
            strange = open.entrySet().stream()
                    .filter(one -> !one.getValue().getAsBoolean())
                    .map(Map.Entry::getKey)
                    .toList();
            strange.forEach(open::remove);
            current = current.filter(open::containsKey);
            goesOn = current.isPresent()
                    && trust.find(peer)
                            .filter(pinned -> pinned.endpoint().equals(endpoint))
                            .isPresent();
        } finally {
            lock.unlock();
        }
        strange.forEach(ManagedChannel::shutdownNow);
        return goesOn;
    }

    private void cut() {
        List<ManagedChannel> all;
        lock.lock();
        try {
            all = new ArrayList<>(open.keySet());
            open.clear();
            current = Optional.empty();
        } finally {
            lock.unlock();
        }
        all.forEach(ManagedChannel::shutdownNow);
    }

    /// Closes every connection at once and opens none again.
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cut();
    }
}
