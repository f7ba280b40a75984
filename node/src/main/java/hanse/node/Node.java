package hanse.node;

import hanse.certs.KeyRotation;
import hanse.certs.Leaf;
import hanse.certs.VerifyKey;
import hanse.node.access.Authentication;
import hanse.node.access.Limiter;
import hanse.node.access.RateLimits;
import hanse.node.access.SessionGrpc;
import hanse.node.access.Sessions;
import hanse.node.access.Strikes;
import hanse.node.call.RegistryId;
import hanse.node.config.NodeConfig;
import hanse.node.edge.Edge;
import hanse.node.edge.EdgeLimits;
import hanse.node.event.EventGrpc;
import hanse.node.event.Tail;
import hanse.node.event.Watches;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.Lanes;
import hanse.node.operator.Suspensions;
import hanse.node.ops.Health;
import hanse.node.ops.Metrics;
import hanse.node.ops.OpsServer;
import hanse.node.ops.Readiness;
import hanse.node.ops.Software;
import hanse.node.storage.Database;
import hanse.schema.Migrations;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry's node: a [Registry] and what a process adds to it, ports, keys, access, upkeep, put together from top
/// to bottom; and their life.
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /// A stranger's calls hold their bodies in memory until they are complete; a bridge of its own has all its clients
    /// on one connection.
    private static final int CALLS_PER_CONNECTION = 1_024;

    private final NodeConfig config;
    private final Readiness readiness = new Readiness();
    private final Health health = new Health(readiness);
    private final NodeKeys keys;
    private final Pool pool;
    private final Database database;
    private final Registry registry;
    private final Tail tail;
    private final Edge edge;
    private final Server grpc;
    private final Server inProcess;
    private final ManagedChannel inProcessChannel;
    private final OpsServer ops;
    private final Upkeep upkeep;
    private boolean closed;

    private Node(NodeConfig config) throws IOException {
        this.config = config;
        Registry.World world = Registry.World.real();
        InstantSource clock = world.clock();
        keys = NodeKeys.open(config, clock);
        PrometheusMeterRegistry metrics = Metrics.create(config.registry().value());
        UUID process = UUID.randomUUID();

        // the registry
        pool = Pool.open(config.database(), metrics);
        int migrated = Migrations.apply(pool.connections());
        database = new Database(pool.connections(), clock);
        requireOwn(config.registry());
        AtomicReference<List<VerifyKey>> furtherKeys = new AtomicReference<>(furtherKeys());
        registry = new Registry(config, keys, furtherKeys::get, database, metrics, process, world);
        PeerMeters peerMeters = new PeerMeters(registry.federation().metrics(), metrics);
        CanaryMeters canaryMeters = new CanaryMeters(registry.federation().canary(), world.clock(), metrics);
        ProofMeters proofMeters = new ProofMeters(registry.witnesses(), registry.statements(), metrics);
        SettlementMeters settlementMeters = new SettlementMeters(registry.settlements(), metrics);

        // what happened
        tail = new Tail(database, registry.ledger());
        Watches watches = new Watches(database, registry.ledger(), tail, registry.parties());

        // who may call
        Sessions sessions = new Sessions(config.registry(), database, clock, world.random());
        RateLimits limits = RateLimits.defaults().withFactor(config.rateFactor());
        Suspensions suspensions = registry.suspensions();
        Strikes strikes =
                new Strikes(limits.strikes(), suspensions, registry.directory(), clock, Thread::startVirtualThread);
        Authentication authentication = new Authentication(config.registry(), registry.directory(), sessions, clock);
        edge = new Edge(
                        config.registry(),
                        authentication,
                        new Limiter(limits, strikes, clock),
                        registry.bondGate(),
                        registry.commit()::requireRoom,
                        EdgeLimits.defaults(),
                        () -> ThreadLocalRandom.current().nextLong(),
                        metrics)
                .haltingWhile(registry.witnesses()::isReconciling);

        // what can be called
        List<BindableService> services = new ArrayList<>(registry.services());
        services.add(new SessionGrpc(sessions));
        services.add(new EventGrpc(watches, authentication::ofPresentCall));
        List<ServerServiceDefinition> guarded = edge.guard(services);

        // the first start
        boolean firstStart = registry.operators()
                .bootstrap(
                        NodeKeys.FIRST_OPERATOR,
                        Ed25519Key.of(NodeKeys.firstOperator(config).publicKey()));
        if (firstStart) {
            LOG.info("the first operator's key is in {}", config.operatorKey(NodeKeys.FIRST_OPERATOR));
        }

        // the ports
        grpc = edge.serve(
                        NettyServerBuilder.forAddress(new InetSocketAddress(
                                        config.bind(), config.ports().grpc()))
                                .sslContext(tls(keys))
                                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                                .permitKeepAliveWithoutCalls(true)
                                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION),
                        guarded)
                .addService(health.service())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build()
                .start();
        registry.federation()
                .start(new InetSocketAddress(config.bind(), config.ports().peer()));
        String door = "hanse-" + config.registry() + "-" + process;
        inProcess = edge.serve(InProcessServerBuilder.forName(door), guarded)
                .build()
                .start();
        inProcessChannel =
                InProcessChannelBuilder.forName(door).directExecutor().build();
        readiness
                .with("database", this::databaseFault)
                .with("writers", registry.commit()::fault)
                .with("event tail", tail::fault);
        ops = new OpsServer(config.ports().opsBind(), config.ports().ops(), metrics, readiness);

        // what goes on by itself
        List<Chore> chores = new ArrayList<>(registry.chores());
        chores.add(new Chore(
                "strikes-forget",
                Duration.ofMinutes(10),
                () -> suspensions.pruneStrikes(limits.strikes().window())));
        chores.add(new Chore("sessions-forget", Duration.ofMinutes(5), sessions::prune));
        upkeep = new Upkeep(
                pool.connections(),
                clock,
                chores,
                List.of(
                        new Upkeep.Own("health", Duration.ofSeconds(1), health::refresh),
                        new Upkeep.Own("peer meters", Duration.ofSeconds(5), peerMeters::refresh),
                        new Upkeep.Own("canary meters", Duration.ofSeconds(5), canaryMeters::refresh),
                        new Upkeep.Own("proof meters", Duration.ofSeconds(5), proofMeters::refresh),
                        new Upkeep.Own("settlement meters", Duration.ofSeconds(30), settlementMeters::refresh),
                        new Upkeep.Own("lanes", Lanes.LEASE.dividedBy(3), registry::renewLanes),
                        new Upkeep.Own("certificate authority", Duration.ofSeconds(5), () -> {
                            keys.followAuthority(config, clock);
                            furtherKeys.set(furtherKeys());
                        }),
                        new Upkeep.Own("public certificate", Duration.ofMinutes(1), keys.publicLeaf()::renewIfDue),
                        new Upkeep.Own("peer certificate", Duration.ofMinutes(1), keys.peerLeaf()::renewIfDue)));
        upkeep.start();
        readiness.open();
        health.refresh();
        LOG.info(
                "{} is up, version {}, {} migrations applied: gRPC {}, peers {}, metrics and health {}:{}",
                config.registry(),
                Software.VERSION,
                migrated,
                grpc.getPort(),
                config.ports().peer(),
                config.ports().opsBind(),
                ops.port());
    }

    /// Starts a node and returns when it is ready for work.
    ///
    /// @throws IOException when a port cannot be had
    public static Node start(NodeConfig config) throws IOException {
        return new Node(config);
    }

    public NodeConfig config() {
        return config;
    }

    /// Where gRPC listens; of use when the configured port is 0.
    public int grpcPort() {
        return grpc.getPort();
    }

    /// Where metrics and health listen; of use when the configured port is 0.
    public int opsPort() {
        return ops.port();
    }

    /// The leaf that public ports present now; another one after a renewal.
    public Leaf publicLeaf() {
        return keys.publicLeaf().current();
    }

    /// The way in for a bridge in this process.
    public ManagedChannel inProcess() {
        return inProcessChannel;
    }

    /// Says that the node stops: probes are told so, and whoever balances load sends no more. Calls are still served.
    public void announceStop() {
        readiness.close();
        health.stop();
    }

    /// Drains and stops: takes no new call, lets those under way end (as long as configured), then what they need.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        LOG.info("stopping");
        announceStop();
        grpc.shutdown();
        inProcessChannel.shutdown();
        inProcess.shutdown();
        // Watches have no end of their own.
        tail.close();
        await(grpc);
        await(inProcess);
        upkeep.close();
        registry.close();
        edge.close();
        pool.close();
        ops.close();
        LOG.info("stopped");
    }

    private void await(Server server) {
        try {
            if (!server.awaitTermination(config.drain().toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("some calls took too long and were cut");
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private List<VerifyKey> furtherKeys() {
        return KeyRotation.further(config.keys(), keys.signing().verifyKey());
    }

    private void requireOwn(RegistryId id) {
        try {
            database.write(tx -> {
                new RegistryStore().require(tx, id, keys);
                return id;
            });
        } catch (IllegalStateException notOurs) {
            pool.close();
            throw notOurs;
        }
    }

    private Optional<String> databaseFault() {
        return database.answers() ? Optional.empty() : Optional.of("no answer");
    }

    /// Client certificates are asked for but not needed: only a bridge has one.
    private static SslContext tls(NodeKeys keys) throws IOException {
        return GrpcSslContexts.configure(
                        SslContextBuilder.forServer(keys.publicLeaf().keyManager())
                                .trustManager(keys.authority().bundle().authorities())
                                .clientAuth(ClientAuth.OPTIONAL))
                .build();
    }
}
