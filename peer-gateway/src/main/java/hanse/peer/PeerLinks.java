package hanse.peer;

import hanse.certs.RotatingIdentity;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.RenewCardRequest;
import hanse.federation.v1.RenewCardResponse;
import hanse.federation.v1.ResolveAgentRequest;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.peer.v1.SignedCard;
import io.grpc.CallOptions;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Our side of the links to all peers: the pumps that send, and single calls. Every process of a registry runs a pump
/// to each peer and sends what it is offered; what nobody offers is sent by the process whose [Outbox] gives it out.
/// Starting a pump to a peer that is not trusted (yet, or any more) is in order: it waits.
public final class PeerLinks implements AutoCloseable {
    private final String self;
    private final PeerTrust trust;
    private final Outbox outbox;
    private final PeerMetrics metrics;
    private final PumpSettings settings;
    private final InstantSource clock;
    private final PeerTls tls;
    private final ScheduledThreadPoolExecutor scheduler;
    private final Map<String, PeerLink> links = new ConcurrentHashMap<>();
    private final Map<String, Pump> pumps = new ConcurrentHashMap<>();

    /// Ends hearing of new certificates.
    private final Runnable untilClosed;

    private volatile boolean closed;

    /// @param self this registry's id
    /// @param identity the node certificate and its renewals
    public PeerLinks(
            String self,
            RotatingIdentity identity,
            PeerTrust trust,
            Outbox outbox,
            PeerMetrics metrics,
            PumpSettings settings,
            InstantSource clock) {
        this.self = self;
        this.trust = trust;
        this.outbox = outbox;
        this.metrics = metrics;
        this.settings = settings;
        this.clock = clock;
        this.tls = new PeerTls(identity, trust, metrics, clock);
        this.scheduler = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("peer-links").factory(), new ThreadPoolExecutor.DiscardPolicy());
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        scheduler.setRemoveOnCancelPolicy(true);
        trust.onChange(this::trustChanged);
        this.untilClosed = identity.onRenewal(leaf -> renewed());
    }

    /// Starts to send to a peer; nothing when it is already so.
    public void start(String peer) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        pumps.computeIfAbsent(peer, id -> {
            Pump pump = new Pump(self, id, settings, trust, link(id), outbox, metrics.of(id), clock);
            pump.start();
            return pump;
        });
    }

    /// Stops to send to a peer; returns when nothing more is sent. Outcomes that are being stored still get stored.
    public void stop(String peer) {
        Pump pump = pumps.remove(peer);
        if (pump != null) {
            pump.stop();
        }
    }

    /// Whether this process sends to a peer.
    public boolean isStarted(String peer) {
        return pumps.containsKey(peer);
    }

    /// A message to the peer was committed to the outbox. Never blocks; nothing where no pump is started.
    public void wake(String peer) {
        Pump pump = pumps.get(peer);
        if (pump != null) {
            pump.wake();
        }
    }

    /// The same with the message at hand, which saves the look into the outbox: the way for messages made here. Must be
    /// called after the commit, never before.
    public void offer(String peer, OutgoingMessage message) {
        Pump pump = pumps.get(peer);
        if (pump != null) {
            pump.offer(message);
        }
    }

    /// The peer was heard from in another way, such as by its opening a stream to us: what failed before may work
    /// now.
    public void heard(String peer) {
        Pump pump = pumps.get(peer);
        if (pump != null) {
            pump.heard();
        }
    }

    /// Makes us known to a peer. Fails with a [io.grpc.StatusRuntimeException]; UNAVAILABLE when it is not trusted or
    /// not reached.
    public CompletableFuture<GreetResponse> greet(String peer, Duration timeout) {
        return call(
                peer,
                FederationServiceGrpc.getGreetMethod(),
                GreetRequest.newBuilder().setProtocol(MessageSigner.PROTOCOL).build(),
                timeout);
    }

    /// Shows a peer our card. Fails as [#resolve].
    public CompletableFuture<RenewCardResponse> renew(String peer, SignedCard card, Duration timeout) {
        return call(
                peer,
                FederationServiceGrpc.getRenewCardMethod(),
                RenewCardRequest.newBuilder().setCard(card).build(),
                timeout);
    }

    /// Asks a peer for the DID document of an agent of its. Fails with a [io.grpc.StatusRuntimeException]: the peer's,
    /// or UNAVAILABLE when it is not trusted or not reached.
    public CompletableFuture<ResolveAgentResponse> resolve(String peer, String did, Duration timeout) {
        return call(
                peer,
                FederationServiceGrpc.getResolveAgentMethod(),
                ResolveAgentRequest.newBuilder().setDid(did).build(),
                timeout);
    }

    /// Asks a peer one thing over its link. Fails as [#resolve] does.
    public <A, B> CompletableFuture<B> ask(String peer, MethodDescriptor<A, B> method, A request, Duration timeout) {
        return call(peer, method, request, timeout);
    }

    /// Stops every pump and closes every connection.
    @Override
    public void close() {
        closed = true;
        List.copyOf(pumps.keySet()).forEach(this::stop);
        links.values().forEach(PeerLink::close);
        untilClosed.run();
        scheduler.shutdownNow();
    }

    private PeerLink link(String peer) {
        return links.computeIfAbsent(peer, id -> new PeerLink(id, trust, tls, scheduler));
    }

    private void trustChanged(String peer) {
        PeerLink link = links.get(peer);
        boolean goesOn = link != null && link.recheck();
        Pump pump = pumps.get(peer);
        if (pump != null && !goesOn) {
            if (link != null) {
                // Where it is elsewhere now, what is under way there still ends.
                pump.refresh();
            }
            pump.trustChanged();
        }
    }

    private void renewed() {
        links.forEach((peer, link) -> {
            Pump pump = pumps.get(peer);
            if (pump != null) {
                pump.refresh();
            } else {
                link.retireCurrent();
            }
        });
    }

    private <A, B> CompletableFuture<B> call(String peer, MethodDescriptor<A, B> method, A request, Duration timeout) {
        CompletableFuture<B> answer = new CompletableFuture<>();
        call(peer, method, request, Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS), true, answer);
        return answer;
    }

    /// Each of these calls may be made twice, so that one whose connection was closed under it, as for a
    /// certificate that has a successor, is made again over the next.
    private <A, B> void call(
            String peer,
            MethodDescriptor<A, B> method,
            A request,
            Deadline deadline,
            boolean again,
            CompletableFuture<B> answer) {
        Optional<ManagedChannel> channel =
                trust.find(peer).isPresent() && !closed ? link(peer).channel() : Optional.empty();
        if (channel.isEmpty()) {
            answer.completeExceptionally(Status.UNAVAILABLE.asRuntimeException());
            return;
        }
        ClientCalls.asyncUnaryCall(
                channel.get().newCall(method, CallOptions.DEFAULT.withDeadline(deadline)),
                request,
                new StreamObserver<B>() {
                    private @Nullable B response;

                    @Override
                    public void onNext(B value) {
                        response = value;
                    }

                    @Override
                    public void onError(Throwable failure) {
                        metrics.of(peer).fault(String.valueOf(failure.getMessage()));
                        if (again && Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE) {
                            call(peer, method, request, deadline, false, answer);
                        } else {
                            finish(() -> answer.completeExceptionally(failure));
                        }
                    }

                    @Override
                    public void onCompleted() {
                        metrics.of(peer).heard();
                        heard(peer);
                        finish(() -> answer.complete(response));
                    }

                    /// What waits for the answer may block; the event loop may not.
                    private void finish(Runnable completion) {
                        Thread.ofVirtual().name("peer-response").start(completion);
                    }
                });
    }
}
