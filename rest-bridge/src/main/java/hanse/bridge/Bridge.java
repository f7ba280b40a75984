package hanse.bridge;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.Server;
import io.grpc.Channel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A running bridge: HTTP/1.1 and HTTP/2 over TLS in front, gRPC to one node behind.
public final class Bridge implements AutoCloseable {
    /// Bodies are held in memory before their signatures are looked at; a browser opens 100 streams at most.
    private static final int STREAMS_PER_CONNECTION = 128;

    /// How long nothing may have been under way before it stops.
    private static final Duration QUIET = Duration.ofMillis(50);

    /// Of a request line and of all headers: a watch goes on from a position of up to 16 KiB in either.
    private static final int HEAD_BYTES = 24 << 10;

    private final Gateway gateway;
    private final Server server;

    private Bridge(Gateway gateway, Server server) {
        this.gateway = gateway;
        this.server = server;
    }

    /// Starts to listen.
    ///
    /// @param settings where and how
    /// @param node the way to the node: an in-process channel when both live in one process (best with a direct
    ///     executor on the node's side), or a TLS channel with a certificate that has the bridge role. It stays the
    ///     caller's to close, after the bridge
    /// @throws IllegalStateException when the descriptors hold a binding that the bridge cannot serve
    public static Bridge start(BridgeSettings settings, Channel node) {
        Api api = Api.load();
        Answers answers = new Answers(settings.corsOrigins());
        Console console = new Console(OpenApi.of(api, settings.serverInfo()), answers);
        Gateway gateway = new Gateway(new Router(api.operations()), console, answers, node, settings);
        Server server = Server.builder()
                .https(new InetSocketAddress(settings.host(), settings.port()))
                .tlsProvider(new LiveTls(settings.identity()))
                .serviceUnder("/", gateway)
                .errorHandler(new Failures(answers))
                .maxRequestLength(Body.CUT_OFF)
                // The node's answer is awaited for callTimeout; this bounds the reading of the request too.
                .requestTimeout(settings.callTimeout().plusSeconds(5))
                .idleTimeout(Duration.ofSeconds(60))
                .http2MaxStreamsPerConnection(STREAMS_PER_CONNECTION)
                .http1MaxInitialLineLength(HEAD_BYTES)
                .http1MaxHeaderSize(HEAD_BYTES)
                .http2MaxHeaderListSize(HEAD_BYTES)
                .gracefulShutdownTimeout(QUIET, settings.drain().plus(QUIET))
                .disableServerHeader()
                .build();
        server.start().join();
        return new Bridge(gateway, server);
    }

    /// Where it listens.
    public int port() {
        return server.activeLocalPort();
    }

    /// Ends event streams, lets calls that are under way finish for as long as the settings allow, and stops.
    @Override
    public void close() {
        gateway.stop();
        server.stop().join();
    }

    /// Serves whatever certificate the supplier gives at this moment.
    private static final class LiveTls implements TlsProvider {
        private record Loaded(TlsIdentity identity, TlsKeyPair pair) {}

        private final Supplier<TlsIdentity> identity;
        private volatile @Nullable Loaded loaded;

        private LiveTls(Supplier<TlsIdentity> identity) {
            this.identity = identity;
        }

        @Override
        public TlsKeyPair keyPair(String hostname) {
            TlsIdentity now = identity.get();
            Loaded before = loaded;
            if (before != null && before.identity().equals(now)) {
                return before.pair();
            }
            TlsKeyPair pair = TlsKeyPair.of(now.key(), now.chain());
            loaded = new Loaded(now, pair);
            return pair;
        }
    }
}
