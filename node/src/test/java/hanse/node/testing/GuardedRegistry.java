package hanse.node.testing;

import hanse.certs.CertificateAuthority;
import hanse.certs.Leaf;
import hanse.certs.LeafOrder;
import hanse.certs.RotatingIdentity;
import hanse.certs.SigningKey;
import hanse.node.access.Authentication;
import hanse.node.access.KeyDirectory;
import hanse.node.access.Limiter;
import hanse.node.access.RateLimits;
import hanse.node.access.SessionGrpc;
import hanse.node.access.Sessions;
import hanse.node.access.Strikes;
import hanse.node.account.Accounts;
import hanse.node.account.LedgerGrpc;
import hanse.node.call.AgentId;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.edge.Edge;
import hanse.node.edge.EdgeLimits;
import hanse.node.edge.Gate;
import hanse.node.event.EventGrpc;
import hanse.node.event.Tail;
import hanse.node.event.Watches;
import hanse.node.federation.CrossRegistryTransfers;
import hanse.node.federation.Federation;
import hanse.node.identity.AgentGrpc;
import hanse.node.identity.Agents;
import hanse.node.identity.DidDocuments;
import hanse.node.identity.Ed25519Key;
import hanse.node.identity.ForeignDids;
import hanse.node.identity.SealedSecrets;
import hanse.node.identity.SigningKeys;
import hanse.node.identity.TenantGrpc;
import hanse.node.identity.Tenants;
import hanse.node.identity.UnfinishedBusiness;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Fee;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Lanes;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Transfers;
import hanse.node.operator.OperatorGrpc;
import hanse.node.operator.Operators;
import hanse.node.operator.Suspensions;
import hanse.node.outcome.OutcomeStore;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.peer.PumpSettings;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// A registry behind its edge, on a real socket with TLS and on the in-process transport, as a node serves it:
/// agents, tenants, operators, sessions, transfers and events.
public final class GuardedRegistry implements AutoCloseable {
    public static final RegistryId NAME = new RegistryId("alpha.example");
    private static final String HOST = "localhost";

    /// How it differs from what is served by default.
    public record Options(
            RateLimits rates,
            EdgeLimits limits,
            GroupCommit.Settings writing,
            ForeignDids peers,
            List<UnfinishedBusiness> unfinished,
            List<BindableService> instead) {
        public static Options standard() {
            return new Options(
                    RateLimits.defaults().withFactor(1_000),
                    EdgeLimits.defaults(),
                    GroupCommit.Settings.standard(),
                    (home, did) ->
                            CompletableFuture.failedFuture(new RefusedException(hanse.error.v1.Reason.UNKNOWN_PEER)),
                    List.of(),
                    List.of());
        }

        public Options rates(RateLimits other) {
            return new Options(other, limits, writing, peers, unfinished, instead);
        }

        public Options limits(EdgeLimits other) {
            return new Options(rates, other, writing, peers, unfinished, instead);
        }

        public Options writing(GroupCommit.Settings other) {
            return new Options(rates, limits, other, peers, unfinished, instead);
        }

        public Options peers(ForeignDids other) {
            return new Options(rates, limits, writing, other, unfinished, instead);
        }

        public Options unfinished(UnfinishedBusiness other) {
            return new Options(rates, limits, writing, peers, List.of(other), instead);
        }

        /// Serves these in place of everything else.
        public Options serving(BindableService... services) {
            return new Options(rates, limits, writing, peers, unfinished, List.of(services));
        }
    }

    public final TestClock clock;
    public final Postgres.Fresh postgres;
    public final Database database;
    public final Ledger ledger;
    public final Agents agents;
    public final Operators operators;
    public final Suspensions suspensions;
    public final Sessions sessions;
    public final Edge edge;
    public final SigningKey registryKey = SigningKey.generate();
    private final SigningKey operatorKey = SigningKey.generate();
    private final boolean owner;
    private final GroupCommit commit;
    private final Tail tail;
    private final CertificateAuthority authority;
    private final Server network;
    private final Server inProcess;
    private final Set<ManagedChannel> channels = ConcurrentHashMap.newKeySet();

    public GuardedRegistry() {
        this(Options.standard());
    }

    public GuardedRegistry(Options options) {
        this(options, Postgres.fresh(), new TestClock(), true);
    }

    /// One more process on the same database.
    public GuardedRegistry another() {
        return new GuardedRegistry(Options.standard(), postgres, clock, false);
    }

    private GuardedRegistry(Options options, Postgres.Fresh postgres, TestClock clock, boolean owner) {
        this.postgres = postgres;
        this.clock = clock;
        this.owner = owner;
        this.database = new Database(postgres.pool(), clock);
        List<Integer> lanes = new Lanes(database, UUID.randomUUID(), 2).all();
        this.ledger = new Ledger(lanes.getLast());
        SecureRandom random = new SecureRandom();
        SigningKeys keys = new SigningKeys();
        this.operators = new Operators(database, ledger, keys);
        this.commit =
                new GroupCommit(database, lanes.subList(0, 1), operators, options.writing(), new SimpleMeterRegistry());
        Outcomes outcomes = new Outcomes(database, new OutcomeStore(), ledger, operators);
        this.agents = new Agents(
                NAME,
                database,
                ledger,
                keys,
                new SealedSecrets(new byte[32], random),
                com.fasterxml.uuid.Generators.timeBasedEpochGenerator()::generate,
                random,
                options.unfinished());
        this.suspensions = new Suspensions(database, agents);
        KeyDirectory directory = new KeyDirectory(database, agents, operators, suspensions, clock);
        this.sessions = new Sessions(NAME, database, clock, random);
        Authentication authentication = new Authentication(NAME, directory, sessions, clock);
        Strikes strikes = new Strikes(options.rates().strikes(), suspensions, directory, clock, Runnable::run);
        this.edge = new Edge(
                NAME,
                authentication,
                new Limiter(options.rates(), strikes, clock),
                Gate.OPEN,
                commit::requireRoom,
                options.limits(),
                () -> ThreadLocalRandom.current().nextLong(),
                new SimpleMeterRegistry());
        this.tail = new Tail(database, ledger);
        Parties parties = new Parties(NAME, agents);
        DidDocuments documents = new DidDocuments(
                NAME, Ed25519Key.of(registryKey.publicKey()), database, agents, options.peers(), clock);
        List<BindableService> services = new ArrayList<>(options.instead());
        if (services.isEmpty()) {
            Transfers transfers = new Transfers(new Fee(5_000));
            Accounts accounts = new Accounts(database, ledger, commit, transfers, outcomes, true);
            services.addAll(List.of(
                    new AgentGrpc(database, outcomes, parties, agents, documents, closed -> {}),
                    new TenantGrpc(database, outcomes, parties, new Tenants(agents, ledger)),
                    new SessionGrpc(sessions),
                    new OperatorGrpc(database, outcomes, parties, operators, suspensions),
                    new LedgerGrpc(accounts, parties, ledger, database, withoutPeers(transfers, outcomes)),
                    new EventGrpc(new Watches(database, ledger, tail, parties), authentication::ofPresentCall)));
        }
        List<ServerServiceDefinition> guarded = edge.guard(services);
        operators.bootstrap("admin", Ed25519Key.of(operatorKey.publicKey()));
        try {
            this.authority = CertificateAuthority.openOrCreate(
                    Files.createTempDirectory("ca"), NAME.value(), InstantSource.system());
            Leaf leaf = authority.issue(LeafOrder.server(List.of(HOST)));
            var tls = SslContextBuilder.forServer(leaf.key(), leaf.chain().toArray(X509Certificate[]::new))
                    .trustManager(authority.certificate())
                    .clientAuth(ClientAuth.OPTIONAL);
            this.network = edge.serve(NettyServerBuilder.forAddress(new InetSocketAddress(HOST, 0)), guarded)
                    .sslContext(GrpcSslContexts.configure(tls).build())
                    .build()
                    .start();
            this.inProcess = edge.serve(
                            InProcessServerBuilder.forName(UUID.randomUUID().toString()), guarded)
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A federation that is not started: this registry knows no peers.
    private CrossRegistryTransfers withoutPeers(Transfers transfers, Outcomes outcomes) {
        try {
            Path directory = Files.createTempDirectory("peers");
            RotatingIdentity identity = RotatingIdentity.open(
                    CertificateAuthority.openOrCreate(directory, NAME.value(), InstantSource.system()),
                    LeafOrder.node(NAME.value(), List.of(HOST)),
                    directory,
                    "node",
                    InstantSource.system());
            return new Federation(
                            new Federation.Self(NAME, registryKey, identity, HOST + ":1", "https://" + NAME),
                            database,
                            ledger,
                            commit,
                            transfers,
                            outcomes,
                            Avt.parse("10000"),
                            PumpSettings.DEFAULTS,
                            UUID.randomUUID(),
                            clock,
                            Federation.Surroundings.REAL)
                    .transfers();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A channel as agents and operators have it.
    public ManagedChannel channel() {
        return channel(GrpcSslContexts.forClient());
    }

    /// A channel as a bridge in its own process has it.
    public ManagedChannel bridge() {
        return channel(LeafOrder.bridge(NAME.value()));
    }

    /// A channel of somebody who shows a certificate of this registry's authority.
    public ManagedChannel channel(LeafOrder order) {
        Leaf leaf = authority.issue(order);
        return channel(
                GrpcSslContexts.forClient().keyManager(leaf.key(), leaf.chain().toArray(X509Certificate[]::new)));
    }

    /// A channel as a bridge within the node's process has it.
    public ManagedChannel withinProcess() {
        return kept(InProcessChannelBuilder.forName(
                        inProcess.getListenSockets().getFirst().toString())
                .build());
    }

    /// The first operator.
    public Party operator() {
        return new Party("operator:admin", operatorKey, clock, channel());
    }

    /// A new agent.
    public Party register() {
        Party newcomer = new Party("", SigningKey.generate(), clock, channel());
        return newcomer.named(newcomer.register(NAME).answer().getAgentId());
    }

    public AgentId id(Party agent) {
        return new AgentId(UUID.fromString(agent.name()));
    }

    /// The one value that a query finds.
    @SuppressWarnings("unchecked")
    public <T> T read(String query) {
        return (T) database.read(tx -> tx.sql().fetchValue(query));
    }

    private ManagedChannel channel(SslContextBuilder tls) {
        try {
            return kept(NettyChannelBuilder.forAddress(HOST, network.getPort())
                    .sslContext(tls.trustManager(authority.certificate()).build())
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ManagedChannel kept(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        network.shutdownNow();
        inProcess.shutdownNow();
        tail.close();
        try {
            network.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        edge.close();
        commit.close();
        if (owner) {
            postgres.close();
        }
    }
}
