package hanse.peer;

import com.google.protobuf.ByteString;
import hanse.certs.CertificateAuthority;
import hanse.certs.LeafOrder;
import hanse.certs.RotatingIdentity;
import hanse.certs.SigningKey;
import hanse.federation.v1.Accepted;
import hanse.federation.v1.Answer;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.ResolveAgentRequest;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.federation.v1.SignedOutcome;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/// A registry with its own CA and keys that keeps its outbox and its decisions in memory, as a node would in its
/// database.
final class TestRegistry implements Inbox, Outbox, AutoCloseable {
    static final PumpSettings QUICK = new PumpSettings(
            1024,
            Duration.ofSeconds(5),
            Duration.ofMillis(20),
            Duration.ofMillis(500),
            Duration.ofMillis(500),
            Duration.ofHours(1));

    final String id;
    final CertificateAuthority authority;
    final SigningKey key = SigningKey.generate();
    final MessageSigner signer;
    final RotatingIdentity identity;
    final PeerTrust trust = new PeerTrust();
    final InstantSource clock = InstantSource.system();
    final PeerMetrics metrics = new PeerMetrics(clock);
    PeerServer server;
    PeerLinks links;

    /// Messages without an outcome; in the order of their making.
    final Map<Long, OutgoingMessage> outbox = new ConcurrentSkipListMap<>();

    private final Map<UUID, Long> places = new ConcurrentHashMap<>();
    private final AtomicLong made = new AtomicLong();
    final Map<UUID, VerifiedOutcome> outcomes = new ConcurrentHashMap<>();
    final List<String> undecided = new CopyOnWriteArrayList<>();

    /// What was decided, which survives the server.
    final Map<UUID, SignedOutcome> decisions = new ConcurrentHashMap<>();

    final Map<UUID, ReceivedMessage> received = new ConcurrentHashMap<>();

    /// Agents that were asked for once and for whom the first asker waits in vain.
    final Set<String> slow = ConcurrentHashMap.newKeySet();

    /// How this registry decides, in place of the ordinary way.
    volatile BiFunction<ReceivedMessage, Answer, CompletionStage<Answer>> manner =
            (message, answer) -> CompletableFuture.completedFuture(answer);

    TestRegistry(String id, Path directory) {
        this.id = id;
        Path keys = directory.resolve(id);
        authority = CertificateAuthority.openOrCreate(keys, id, clock);
        identity = RotatingIdentity.open(authority, LeafOrder.node(id, List.of("localhost")), keys, "node", clock);
        signer = new MessageSigner(id, key);
    }

    TestRegistry serve() throws IOException {
        return serve(0);
    }

    TestRegistry serve(int port) throws IOException {
        server = PeerServer.start(
                new InetSocketAddress("127.0.0.1", port),
                id,
                identity,
                trust,
                this,
                metrics,
                PeerLimits.DEFAULTS,
                peer -> {
                    if (links != null) {
                        links.heard(peer);
                    }
                },
                clock);
        return this;
    }

    TestRegistry link(PumpSettings settings) {
        links = new PeerLinks(id, identity, trust, this, metrics, settings, clock);
        return this;
    }

    TrustedPeer asPeer() {
        return new TrustedPeer(
                id, "localhost:" + (server == null ? 1 : server.port()), authority.bundle(), List.of(key.verifyKey()));
    }

    UUID transferTo(String peer) {
        UUID message = new UUID(ThreadLocalRandom.current().nextLong(), made.incrementAndGet());
        commit(new OutgoingMessage(
                message,
                signer.sign(signer.message(peer, message, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                        .setCreditTransfer(CreditTransfer.newBuilder().setAmountMicros(5))
                        .build())));
        return message;
    }

    void commit(OutgoingMessage message) {
        long place = made.incrementAndGet();
        places.put(message.id(), place);
        outbox.put(place, message);
    }

    @Override
    public List<OutgoingMessage> due(String peer, int limit) {
        return outbox.values().stream().limit(limit).toList();
    }

    @Override
    public void undecided(String peer, UUID message, String reason, Instant at) {
        undecided.add(reason);
    }

    @Override
    public CompletionStage<Void> decided(String peer, VerifiedOutcome outcome) {
        outcomes.put(outcome.id(), outcome);
        outbox.remove(places.get(outcome.id()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Answer> receive(ReceivedMessage message) {
        received.put(message.id(), message);
        SignedOutcome outcome = decisions.computeIfAbsent(
                message.id(), fresh -> signer.sign(accepted(message).build()));
        return manner.apply(message, Answers.decided(message.id(), outcome));
    }

    /// What accepts a message.
    Outcome.Builder accepted(ReceivedMessage message) {
        return Outcome.newBuilder()
                .setFrom(id)
                .setTo(message.peer())
                .setId(MessageIds.bytes(message.id()))
                .setRequestDigest(ByteString.copyFrom(message.digest()))
                .setAccepted(Accepted.getDefaultInstance());
    }

    @Override
    public CompletionStage<GreetResponse> greet(String peer, GreetRequest request) {
        return CompletableFuture.completedFuture(GreetResponse.newBuilder()
                .setRegistryId(id)
                .setProtocol(MessageSigner.PROTOCOL)
                .setWelcomes(true)
                .build());
    }

    @Override
    public CompletionStage<ResolveAgentResponse> resolve(String peer, ResolveAgentRequest request) {
        if (request.getDid().contains("nobody")) {
            throw Status.NOT_FOUND.asRuntimeException();
        }
        if (request.getDid().contains("broken")) {
            throw new IllegalStateException("a secret detail");
        }
        if (request.getDid().contains("slow") && slow.add(request.getDid())) {
            return new CompletableFuture<>();
        }
        return CompletableFuture.completedFuture(ResolveAgentResponse.newBuilder()
                .setDidDocument("{\"id\":\"" + request.getDid() + "\"}")
                .build());
    }

    /// Answers after a little while, each after another one, so that they overtake each other.
    static <T> CompletionStage<T> later(T answer) {
        return CompletableFuture.supplyAsync(
                () -> answer,
                CompletableFuture.delayedExecutor(
                        ThreadLocalRandom.current().nextInt(20), TimeUnit.MILLISECONDS, Runnable::run));
    }

    static ByteString bytes(UUID id) {
        return MessageIds.bytes(id);
    }

    @Override
    public void close() {
        if (links != null) {
            links.close();
        }
        if (server != null) {
            server.close(Duration.ofMillis(200));
        }
    }
}
