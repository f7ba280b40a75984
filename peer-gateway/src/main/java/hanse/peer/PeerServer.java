package hanse.peer;

import hanse.certs.RotatingIdentity;
import hanse.federation.v1.Answer;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.SignedMessage;
import io.grpc.Codec;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.DecompressorRegistry;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The peer port: mutual TLS, and the federation service behind it for whoever is a peer. Who calls is known by the
/// certificate alone, checked at the handshake and again at each call and message.
public final class PeerServer implements AutoCloseable {
    /// The most bytes of one message, without its signature.
    public static final int MAX_MESSAGE_BYTES = 64 * 1024;

    /// What gRPC takes at all: larger ones end their stream. Above the limit for messages, so that one that is a little
    /// too large is refused alone.
    private static final int MAX_FRAME_BYTES = 256 * 1024;

    /// The most messages of one peer that are being decided at once, over all its streams: enough for two of its nodes
    /// at full speed, and never the whole of what this node can have waiting.
    static final int SHARE = 2048;

    private static final Context.Key<IncomingConnections.Connection> CALLER = Context.key("hanse-peer");
    private static final Logger log = LoggerFactory.getLogger(PeerServer.class);

    private final String self;
    private final Inbox inbox;
    private final PeerMetrics metrics;
    private final PeerLimits limits;
    private final Consumer<String> heard;
    private final IncomingConnections connections;
    private final EventLoopGroup acceptor = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("peer-accept", true), NioIoHandler.newFactory());
    private final EventLoopGroup workers = new MultiThreadIoEventLoopGroup(
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
            new DefaultThreadFactory("peer-server", true),
            NioIoHandler.newFactory());
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Deque<ExchangeCall>> streams = new HashMap<>();

    /// Kept when a peer's streams end: what came over them may still be undecided.
    private final Map<String, Share> shares = new ConcurrentHashMap<>();

    private record Share(Semaphore decided, Semaphore calls, Bucket patience) {}

    private final Server server;
    private boolean draining;

    private PeerServer(
            InetSocketAddress address,
            String self,
            RotatingIdentity identity,
            PeerTrust trust,
            Inbox inbox,
            PeerMetrics metrics,
            PeerLimits limits,
            Consumer<String> heard,
            InstantSource clock)
            throws IOException {
        this.self = self;
        this.inbox = inbox;
        this.metrics = metrics;
        this.limits = limits;
        this.heard = heard;
        this.connections = new IncomingConnections(trust, metrics, limits, clock);
        this.server = NettyServerBuilder.forAddress(address)
                .sslContext(new PeerTls(identity, trust, metrics, clock).forServer())
                .channelFactory(connections::newServerChannel)
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(workers)
                .directExecutor()
                .handshakeTimeout(limits.handshake().toMillis(), TimeUnit.MILLISECONDS)
                .maxInboundMessageSize(MAX_FRAME_BYTES)
                // Nobody of ours packs messages, and what is too large unpacked would fail where it is not expected.
                .decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, true))
                .maxConcurrentCallsPerConnection(64)
                // Streams that are opened and reset cost more here than there.
                .maxRstFramesPerWindow(200, 10)
                .flowControlWindow(1 << 20)
                .keepAliveTime(limits.quiet().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(Math.min(limits.quiet().toMillis(), 5_000), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .addTransportFilter(connections)
                .addStreamTracerFactory(new BrokenCalls(metrics))
                .intercept(new PeersOnly())
                .addService(service())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            releaseThreads();
            throw e;
        }
        trust.onChange(connections::recheck);
        workers.scheduleAtFixedRate(connections::recheckAll, 1, 1, TimeUnit.SECONDS);
    }

    /// Opens the peer port.
    ///
    /// @param address where to listen; port 0 for any free one
    /// @param self this registry's id
    /// @param identity the node certificate and its renewals
    /// @param limits what one peer, or one address, may take of it
    /// @param heard told when a peer opened a stream or greeted, such as [PeerLinks#heard]; must not block
    /// @throws IOException when the address cannot be bound
    public static PeerServer start(
            InetSocketAddress address,
            String self,
            RotatingIdentity identity,
            PeerTrust trust,
            Inbox inbox,
            PeerMetrics metrics,
            PeerLimits limits,
            Consumer<String> heard,
            InstantSource clock)
            throws IOException {
        return new PeerServer(address, self, identity, trust, inbox, metrics, limits, heard, clock);
    }

    /// The port that it listens on.
    public int port() {
        return server.getPort();
    }

    /// Takes nothing new, gives what it has until `patience` ends to be answered, and closes every connection.
    public void close(Duration patience) {
        List<ExchangeCall> open = new ArrayList<>();
        lock.lock();
        try {
            draining = true;
            streams.values().forEach(open::addAll);
        } finally {
            lock.unlock();
        }
        server.shutdown();
        open.forEach(ExchangeCall::drain);
        try {
            if (!server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        releaseThreads();
    }

    /// As [#close(Duration)] with five seconds.
    @Override
    public void close() {
        close(Duration.ofSeconds(5));
    }

    private void releaseThreads() {
        acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(FederationServiceGrpc.getServiceDescriptor())
                .addMethod(FederationServiceGrpc.getExchangeMethod(), (call, headers) -> exchange(call))
                .addMethod(FederationServiceGrpc.getGreetMethod(), ServerCalls.asyncUnaryCall((request, observer) -> {
                    String peer = CALLER.get().peer();
                    metrics.of(peer).heard();
                    heard.accept(peer);
                    reply(observer, () -> inbox.greet(peer, request));
                }))
                .addMethod(FederationServiceGrpc.getRenewCardMethod(), answered(inbox::renew))
                .addMethod(FederationServiceGrpc.getExchangeCheckpointsMethod(), answered(inbox::checkpoints))
                .addMethod(FederationServiceGrpc.getExchangeStatementsMethod(), answered(inbox::statements))
                .addMethod(FederationServiceGrpc.getListCreditsMethod(), answered(inbox::credits))
                .addMethod(FederationServiceGrpc.getShowTotalsMethod(), answered(inbox::totals))
                .addMethod(FederationServiceGrpc.getResolveAgentMethod(), answered(inbox::resolve))
                .build();
    }

    private static <A, B> ServerCallHandler<A, B> answered(BiFunction<String, A, CompletionStage<B>> work) {
        return ServerCalls.asyncUnaryCall((request, observer) -> {
            String peer = CALLER.get().peer();
            reply(observer, () -> work.apply(peer, request));
        });
    }

    private ServerCall.Listener<SignedMessage> exchange(ServerCall<SignedMessage, Answer> call) {
        IncomingConnections.Connection caller = CALLER.get();
        String peer = caller.peer();
        StreamSlot slot = new StreamSlot(peer);
        ExchangeCall stream;
        ExchangeCall oldest = null;
        lock.lock();
        try {
            Share share = share(peer);
            stream = new ExchangeCall(
                    self, caller, call, inbox, share.decided(), share.patience(), metrics.of(peer), slot::leave);
            slot.stream = stream;
            if (draining) {
                call.close(Status.UNAVAILABLE.withDescription("SHUTTING_DOWN"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            Deque<ExchangeCall> open = streams.computeIfAbsent(peer, id -> new ArrayDeque<>());
            open.addLast(stream);
            if (open.size() > limits.streams()) {
                oldest = open.removeFirst();
            }
        } finally {
            lock.unlock();
        }
        if (oldest != null) {
            metrics.of(peer).refused(Refusal.TOO_MANY_STREAMS, "its oldest makes room");
            oldest.end(Status.ABORTED.withDescription("another stream took its place"));
        }
        metrics.of(peer).heard();
        heard.accept(peer);
        stream.start();
        return stream;
    }

    private Share share(String peer) {
        return shares.computeIfAbsent(
                peer,
                id -> new Share(
                        new Semaphore(SHARE),
                        new Semaphore(limits.calls()),
                        new Bucket(10 * limits.refused(), limits.refused())));
    }

    private final class StreamSlot {
        private final String peer;
        private @Nullable ExchangeCall stream;

        StreamSlot(String peer) {
            this.peer = peer;
        }

        void leave() {
            lock.lock();
            try {
                Deque<ExchangeCall> open = streams.get(peer);
                if (open != null && open.remove(stream) && open.isEmpty()) {
                    streams.remove(peer);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static <T> void reply(StreamObserver<T> observer, Supplier<CompletionStage<T>> work) {
        Thread.ofVirtual().name("peer-call").start(() -> {
            CompletionStage<T> stage;
            try {
                stage = work.get();
            } catch (RuntimeException e) {
                observer.onError(status(e));
                return;
            }
            stage.whenComplete((response, failure) -> {
                if (failure != null) {
                    observer.onError(status(failure));
                } else {
                    observer.onNext(response);
                    observer.onCompleted();
                }
            });
        });
    }

    private static Throwable status(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StatusRuntimeException || cause instanceof StatusException) {
            return cause;
        }
        log.warn("a peer's call failed", cause);
        return Status.UNAVAILABLE.asRuntimeException();
    }

    /// Lets only those in whose certificate is a trusted peer's now, and no more single calls of one at once than
    /// it may have: one that is half sent, or that waits for the database, is one of them.
    private final class PeersOnly implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            IncomingConnections.Connection connection = call.getAttributes().get(IncomingConnections.CONNECTION);
            if (connection == null || connection.trusted().isEmpty()) {
                return refuse(call, Status.PERMISSION_DENIED);
            }
            Context caller = Context.current().withValue(CALLER, connection);
            if (call.getMethodDescriptor().getType() != MethodDescriptor.MethodType.UNARY) {
                return Contexts.interceptCall(caller, call, headers, next);
            }
            Semaphore calls = share(connection.peer()).calls();
            if (!calls.tryAcquire()) {
                metrics.of(connection.peer()).refused(Refusal.TOO_MANY_CALLS, "more single calls than it may have");
                return refuse(call, Status.RESOURCE_EXHAUSTED.withDescription("too many calls at once"));
            }
            return new ForwardingServerCallListener.SimpleForwardingServerCallListener<>(
                    Contexts.interceptCall(caller, call, headers, next)) {
                @Override
                public void onCancel() {
                    calls.release();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    calls.release();
                    super.onComplete();
                }
            };
        }

        private static <A, B> ServerCall.Listener<A> refuse(ServerCall<A, B> call, Status status) {
            call.close(status, new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }
}
