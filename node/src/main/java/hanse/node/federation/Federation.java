package hanse.node.federation;

import hanse.certs.RotatingIdentity;
import hanse.certs.SigningKey;
import hanse.certs.VerifyKey;
import hanse.error.v1.Reason;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.Message;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Transfers;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.peer.Inbox;
import hanse.peer.MessageSigner;
import hanse.peer.Outbox;
import hanse.peer.PeerLimits;
import hanse.peer.PeerLinks;
import hanse.peer.PeerMetrics;
import hanse.peer.PeerServer;
import hanse.peer.PeerTrust;
import hanse.peer.PeeringCards;
import hanse.peer.PumpSettings;
import hanse.peer.v1.SignedCard;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The parts of the federation, put together, and their life. Other capabilities add their messages to [#routes] before
/// [#start].
public final class Federation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Federation.class);

    /// How stale a process's picture of its peers may get; a removed peer's connections close within a second.
    private static final Duration REFRESH = Duration.ofMillis(500);

    /// A process that has not renewed its claim to look after an outbox for so long is taken for dead.
    private static final Duration LEASE = Duration.ofSeconds(8);

    private static final Duration RENEW = Duration.ofSeconds(2);
    private static final Duration CALL = Duration.ofSeconds(2);

    private final Self self;
    private final Database database;
    private final UUID process;
    private final InstantSource clock;
    private final Surroundings surroundings;
    private final PeerStore store = new PeerStore();
    private final PeerPositionStore positions = new PeerPositionStore();
    private final PeerTrust trust = new PeerTrust();
    private final MessageRoutes routes = new MessageRoutes();
    private final PeerMetrics metrics;
    private final PeerDirectory directory;
    private final PeerOutbox outbox;
    private final PeerMessages messages;
    private final Relays relays;
    private final PeerLinks links;
    private final Calls calls;
    private final Frames frames;
    private final Peers peers;
    private final CrossRegistryTransfers transfers;
    private final PeerTransfers peerTransfers;
    private final StuckMessages stuck;
    private final PeerDoctor doctor;
    private final CardRenewals renewals;
    private final Witnesses witnesses;
    private final Canary canary;
    private final Inbox inbox;
    private final ScheduledThreadPoolExecutor upkeep;
    private final Set<RegistryId> greeting = ConcurrentHashMap.newKeySet();
    private volatile Function<String, ResolveAgentResponse> agents = did -> {
        throw new RefusedException(Reason.UNKNOWN_AGENT);
    };
    private volatile PeerStatements statements = PeerStatements.NONE;
    private Optional<PeerServer> server = Optional.empty();
    private long renewAt = System.nanoTime();
    private Optional<Made> card = Optional.empty();

    /// Who this registry is to its peers.
    ///
    /// @param signingKey to which its id is pinned at its peers
    /// @param node its TLS certificate and the renewals of it
    /// @param endpoint `host:port` at which peers reach its peer port
    /// @param publicUrl where HTTP clients reach it
    /// @param furtherKeys by which this registry signs, too, while it changes keys
    public record Self(
            RegistryId id,
            SigningKey signingKey,
            RotatingIdentity node,
            String endpoint,
            String publicUrl,
            Supplier<List<VerifyKey>> furtherKeys) {
        /// One that changes no keys.
        public Self(RegistryId id, SigningKey signingKey, RotatingIdentity node, String endpoint, String publicUrl) {
            this(id, signingKey, node, endpoint, publicUrl, List::of);
        }
    }

    private record Made(CardRenewals.Content content, SignedCard card) {}

    /// Asks a peer one thing, besides messages.
    public interface Calls {
        /// Fails with a [io.grpc.StatusRuntimeException], the peer's or UNAVAILABLE.
        <A, B> CompletableFuture<B> ask(String peer, MethodDescriptor<A, B> method, A request);
    }

    /// What this registry lives in, which a simulation makes up.
    ///
    /// @param threads run what waits for the database
    /// @param patience how long a call waits for a peer before it answers with the state as it is
    /// @param inbox stands between the links and what peers ask of this registry
    /// @param outbox stands between the links and what this registry sends
    /// @param calls stands between this registry and what it asks of peers besides messages
    public record Surroundings(
            Executor threads,
            Duration patience,
            UnaryOperator<Inbox> inbox,
            UnaryOperator<Outbox> outbox,
            UnaryOperator<Calls> calls) {
        /// Virtual threads without a pool: what was committed is sent and signed whatever else is going on.
        public static final Surroundings REAL = new Surroundings(
                Thread::startVirtualThread,
                Duration.ofSeconds(2),
                UnaryOperator.identity(),
                UnaryOperator.identity(),
                UnaryOperator.identity());

        public Surroundings behind(UnaryOperator<Inbox> incoming, UnaryOperator<Outbox> outgoing) {
            return new Surroundings(threads, patience, incoming, outgoing, calls);
        }
    }

    /// @param usualLimit how much of a peer's money is held when its operator has named no limit
    /// @param process names this process among those that share the database
    public Federation(
            Self self,
            Database database,
            Ledger ledger,
            GroupCommit commit,
            Transfers transfers,
            Outcomes outcomes,
            Avt usualLimit,
            PumpSettings settings,
            UUID process,
            InstantSource clock,
            Surroundings surroundings) {
        this.self = self;
        this.database = database;
        this.process = process;
        this.clock = clock;
        this.surroundings = surroundings;
        Executor threads = surroundings.threads();
        MessageSigner signer = new MessageSigner(self.id().value(), self.signingKey());
        OutboxStore pending = new OutboxStore();
        this.metrics = new PeerMetrics(clock);
        this.directory = new PeerDirectory(database, store, trust);
        this.outbox = new PeerOutbox(database, pending, routes, signer, threads);
        this.links = new PeerLinks(
                self.id().value(), self.node(), trust, surroundings.outbox().apply(outbox), metrics, settings, clock);
        this.calls = surroundings.calls().apply(this::askOverLink);
        this.messages = new PeerMessages(signer, pending, outbox);
        this.relays = new Relays(database, messages, surroundings);
        this.frames = new Frames(self.id(), commit, routes, positions, messages, surroundings.patience());
        this.transfers = new CrossRegistryTransfers(self.id(), database, commit, frames, directory, threads, clock);
        this.witnesses = new Witnesses(
                self.id(),
                database,
                directory,
                (peer, request) -> ask(peer, FederationServiceGrpc.getExchangeCheckpointsMethod(), request));
        this.canary = new Canary(
                self.id(),
                database,
                ledger,
                directory,
                this.transfers,
                (peer, greeting) -> ask(peer, FederationServiceGrpc.getGreetMethod(), greeting),
                clock);
        this.peers = new Peers(
                self.id(),
                self.publicUrl(),
                database,
                ledger,
                outcomes,
                store,
                positions,
                directory,
                new PeerWire(metrics),
                usualLimit,
                this::card);
        this.renewals = new CardRenewals(this::content, peer -> links.renew(peer.value(), card(), CALL));
        this.stuck = new StuckMessages(database, outcomes, store, pending, peer -> links.wake(peer.value()));
        this.doctor = new PeerDoctor(database, store, pending, canary, links, metrics, self.node(), clock);
        this.peerTransfers = new PeerTransfers(self.id(), database, ledger, outcomes, store);
        this.inbox = surroundings
                .inbox()
                .apply(new PeerInbox(
                        self.id(),
                        commit,
                        routes,
                        signer,
                        positions,
                        directory,
                        metrics,
                        did -> agents.apply(did),
                        peers::renew,
                        witnesses,
                        () -> statements,
                        canary::did,
                        threads,
                        clock));
        this.upkeep = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("federation").factory());
        routes.decide(
                Message.BodyCase.CREDIT_TRANSFER,
                message -> new CreditReceived(self.id(), transfers, positions, routes, message));
        routes.ask(Message.BodyCase.CREDIT_TRANSFER, frames::decided);
        outbox.sendOver(links);
    }

    /// Whether a caller means this registry, by its id or published URL.
    public boolean isSelf(String issuer) {
        return issuer.equals(self.id().value()) || Peer.plainUrl(issuer).equals(Peer.plainUrl(self.publicUrl()));
    }

    /// Where other capabilities say which messages are theirs.
    public MessageRoutes routes() {
        return routes;
    }

    /// What waits for the database runs on these.
    public Executor threads() {
        return surroundings.threads();
    }

    /// A place to wait for what peers decide.
    public <K, T> Waiting<K, T> waiting() {
        return new Waiting<>(surroundings.patience());
    }

    public Peers peers() {
        return peers;
    }

    public StuckMessages stuck() {
        return stuck;
    }

    public PeerDoctor doctor() {
        return doctor;
    }

    public PeerTransfers peerTransfers() {
        return peerTransfers;
    }

    public Witnesses witnesses() {
        return witnesses;
    }

    public Canary canary() {
        return canary;
    }

    public PeerDirectory directory() {
        return directory;
    }

    public PeerPositionStore positions() {
        return positions;
    }

    public PeerMessages messages() {
        return messages;
    }

    public Relays relays() {
        return relays;
    }

    Inbox inbox() {
        return inbox;
    }

    public Frames frames() {
        return frames;
    }

    public CrossRegistryTransfers transfers() {
        return transfers;
    }

    public PeerMetrics metrics() {
        return metrics;
    }

    /// Who answers peers that ask for a DID document of ours; it may block and refuse with `BAD_DID`, `UNKNOWN_AGENT`.
    public Federation resolvingWith(Function<String, ResolveAgentResponse> resolver) {
        agents = resolver;
        return this;
    }

    /// Who answers what peers ask about what has passed between them and this registry.
    public Federation stating(PeerStatements answers) {
        statements = answers;
        return this;
    }

    /// Asks a peer one thing over its link.
    public <A, B> CompletableFuture<B> ask(RegistryId peer, MethodDescriptor<A, B> method, A request) {
        return calls.ask(peer.value(), method, request);
    }

    private <A, B> CompletableFuture<B> askOverLink(String peer, MethodDescriptor<A, B> method, A request) {
        return links.ask(peer, method, request, CALL);
    }

    /// Asks a peer for a DID document. Fails with `UNKNOWN_PEER`, `PEER_PENDING`, `PEER_SUSPENDED`, `PEER_REMOVED`,
    /// `PEER_UNREACHABLE`, or with what the peer answered: `BAD_DID`, `UNKNOWN_AGENT`.
    public CompletionStage<ResolveAgentResponse> resolve(RegistryId home, String did) {
        directory.requireActive(home);
        return links.resolve(home.value(), did, CALL).exceptionally(failure -> {
            throw refusal(failure);
        });
    }

    private static RefusedException refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new RefusedException(
                switch (Status.fromThrowable(cause).getCode()) {
                    case INVALID_ARGUMENT -> Reason.BAD_DID;
                    case NOT_FOUND -> Reason.UNKNOWN_AGENT;
                    default -> Reason.PEER_UNREACHABLE;
                });
    }

    /// Opens the peer port and goes on with everything that was under way when the last process stopped.
    public void start(InetSocketAddress address) throws IOException {
        start(address, PeerLimits.DEFAULTS);
    }

    void start(InetSocketAddress address, PeerLimits limits) throws IOException {
        directory.refresh();
        server = Optional.of(PeerServer.start(
                address, self.id().value(), self.node(), trust, inbox, metrics, limits, links::heard, clock));
        upkeep.scheduleWithFixedDelay(this::tend, 0, REFRESH.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// The peer port.
    public int port() {
        return server.orElseThrow(() -> new IllegalStateException("not started"))
                .port();
    }

    private void tend() {
        try {
            look();
            for (Peer peer : directory.all()) {
                String id = peer.id().value();
                if (!peer.status().isLinked()) {
                    links.stop(id);
                } else if (!links.isStarted(id)) {
                    links.start(id);
                }
                if (peer.status() == PeerStatus.PENDING) {
                    greet(peer.id());
                } else if (peer.status().isLinked()) {
                    renewals.show(peer.id());
                    metrics.knowsCard(id, renewals.isKnown(peer.id()));
                }
            }
            if (System.nanoTime() - renewAt >= 0) {
                renewAt = System.nanoTime() + RENEW.toNanos();
                lease();
            }
        } catch (RuntimeException e) {
            // Whatever it is, the next round tries again: nothing here may end but by close().
            LOG.warn("peers could not be looked after this time", e);
        }
    }

    /// Learns what has become of the peers, here or in another process.
    public void look() {
        directory.refresh();
        witnesses.refresh();
    }

    /// Looks after the outboxes that no living process looks after, and renews its claims to them.
    public void lease() {
        outbox.lookAfter(database.write(tx -> store.lease(tx, process, LEASE)));
    }

    /// A peer has answered our greeting.
    public void greeted(RegistryId peer, GreetResponse answer) {
        if (answer.getWelcomes()
                && answer.getRegistryId().equals(peer.value())
                && MessageSigner.isNeighbour(answer.getProtocol())) {
            peers.welcomed(peer);
        }
    }

    /// This registry's card, as it is now: the same one until there is something new to say.
    private synchronized SignedCard card() {
        CardRenewals.Content content = content();
        if (card.filter(made -> made.content().equals(content)).isEmpty()) {
            card = Optional.of(new Made(
                    content,
                    PeeringCards.make(
                            self.id().value(),
                            self.endpoint(),
                            self.publicUrl(),
                            content.bundle(),
                            self.signingKey(),
                            content.furtherKeys(),
                            clock.instant())));
        }
        return card.get().card();
    }

    private CardRenewals.Content content() {
        return new CardRenewals.Content(self.node().bundle(), self.furtherKeys().get());
    }

    private void greet(RegistryId peer) {
        if (!greeting.add(peer)) {
            return;
        }
        CompletableFuture<?> greeted = links.greet(peer.value(), CALL).thenAccept(answer -> greeted(peer, answer));
        greeted.whenComplete((nothing, failure) -> {
            greeting.remove(peer);
            if (failure != null) {
                LOG.debug("{} cannot be greeted yet", peer, failure);
            }
        });
    }

    /// Takes nothing new from peers, lets what is being decided end, and sends nothing more. The group commit is still
    /// needed until this returns.
    @Override
    public void close() {
        upkeep.shutdownNow();
        awaitUpkeep();
        server.ifPresent(PeerServer::close);
        links.close();
        try {
            database.write(tx -> {
                store.release(tx, process);
                return process;
            });
        } catch (RuntimeException e) {
            LOG.debug("the claims to outboxes could not be given back; they end by themselves", e);
        }
    }

    private void awaitUpkeep() {
        try {
            if (!upkeep.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("looking after peers has not ended in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
