package hanse.node;

import com.fasterxml.uuid.Generators;
import hanse.certs.Leaf;
import hanse.node.access.Authentication;
import hanse.node.access.KeyDirectory;
import hanse.node.access.Limiter;
import hanse.node.access.RateLimits;
import hanse.node.access.SessionGrpc;
import hanse.node.access.Sessions;
import hanse.node.access.Strikes;
import hanse.node.account.Accounts;
import hanse.node.account.LedgerGrpc;
import hanse.node.audit.AuditGrpc;
import hanse.node.audit.Checkpoints;
import hanse.node.audit.OwnJournal;
import hanse.node.audit.Receipts;
import hanse.node.audit.Verification;
import hanse.node.call.Parties;
import hanse.node.call.RegistryId;
import hanse.node.config.NodeConfig;
import hanse.node.contract.ContractDealingStore;
import hanse.node.contract.ContractGrpc;
import hanse.node.contract.Contracts;
import hanse.node.dispute.Disputable;
import hanse.node.dispute.DisputeGrpc;
import hanse.node.dispute.Disputes;
import hanse.node.dispute.PeerDisputes;
import hanse.node.dispute.Reputation;
import hanse.node.dispute.Rulings;
import hanse.node.dispute.Slash;
import hanse.node.edge.Edge;
import hanse.node.edge.EdgeLimits;
import hanse.node.event.EventGrpc;
import hanse.node.event.Tail;
import hanse.node.event.Watches;
import hanse.node.federation.Federation;
import hanse.node.federation.PeerGrpc;
import hanse.node.federation.RegistryGrpc;
import hanse.node.federation.Witnesses;
import hanse.node.identity.AgentGrpc;
import hanse.node.identity.Agents;
import hanse.node.identity.DidDocuments;
import hanse.node.identity.Ed25519Key;
import hanse.node.identity.SealedSecrets;
import hanse.node.identity.SigningKeys;
import hanse.node.identity.TenantGrpc;
import hanse.node.identity.Tenants;
import hanse.node.ledger.Fee;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Lanes;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Transfers;
import hanse.node.malpractice.MalpracticeGrpc;
import hanse.node.malpractice.MalpracticeRecords;
import hanse.node.operator.OperatorGrpc;
import hanse.node.operator.Operators;
import hanse.node.operator.Suspensions;
import hanse.node.ops.Health;
import hanse.node.ops.Metrics;
import hanse.node.ops.OpsServer;
import hanse.node.ops.Readiness;
import hanse.node.ops.Software;
import hanse.node.outcome.OutcomeStore;
import hanse.node.outcome.Outcomes;
import hanse.node.payment.PaymentDealingStore;
import hanse.node.payment.PaymentGrpc;
import hanse.node.payment.Payments;
import hanse.node.payment.TokenSecret;
import hanse.node.settlement.Home;
import hanse.node.settlement.Origin;
import hanse.node.settlement.SettlementGrpc;
import hanse.node.settlement.Settlements;
import hanse.node.statement.FederationReports;
import hanse.node.statement.StatementGrpc;
import hanse.node.statement.Statements;
import hanse.node.statement.Totals;
import hanse.node.storage.Database;
import hanse.node.trust.AttestationGrpc;
import hanse.node.trust.Attestations;
import hanse.node.trust.BondGate;
import hanse.node.trust.BondGrpc;
import hanse.node.trust.BondPolicy;
import hanse.node.trust.Bonds;
import hanse.node.trust.DealingCount;
import hanse.node.trust.KeptReputation;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.PeerTrusts;
import hanse.node.trust.Scores;
import hanse.node.trust.Trust;
import hanse.node.trust.TrustGrpc;
import hanse.node.trust.TrustRows;
import hanse.peer.PumpSettings;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The registry's node: all its parts, put together from top to bottom, and their life.
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /// Outcomes are remembered for so long: a caller that repeats a request later than this is answered as a stranger.
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private static final int PRUNED_AT_ONCE = 5_000;

    /// A stranger's calls hold their bodies in memory until they are complete; a bridge of its own has all its clients
    /// on one connection.
    private static final int CALLS_PER_CONNECTION = 1_024;

    private final NodeConfig config;
    private final Readiness readiness = new Readiness();
    private final Health health = new Health(readiness);
    private final NodeKeys keys;
    private final Pool pool;
    private final Database database;
    private final Lanes lanes;
    private final GroupCommit commit;
    private final Federation federation;
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
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        RegistryId registry = config.registry();
        keys = NodeKeys.open(config, clock);
        PrometheusMeterRegistry metrics = Metrics.create(registry.value());
        UUID process = UUID.randomUUID();

        // the books
        pool = Pool.open(config.database(), metrics);
        int migrated = Migrations.apply(pool.connections());
        database = new Database(pool.connections(), clock);
        requireOwn(registry);
        // One lane is for cold operations, so that they and the writers never wait for each other.
        lanes = new Lanes(database, process, config.writing().writers() + 1);
        List<Integer> hot = lanes.all().subList(1, lanes.all().size());
        Ledger ledger = new Ledger(lanes.all().getFirst());
        OutcomeStore outcomeStore = new OutcomeStore();
        SigningKeys signingKeys = new SigningKeys();
        Operators operators = new Operators(database, ledger, signingKeys);
        commit = new GroupCommit(
                database,
                hot,
                operators,
                new GroupCommit.Settings(
                        config.writing().largestBatch(), config.writing().longestQueue()),
                metrics);
        Outcomes outcomes = new Outcomes(database, outcomeStore, ledger, operators);
        Fee fee = new Fee(config.feePpm());
        Transfers transfers = new Transfers(fee);

        // other registries
        federation = new Federation(
                new Federation.Self(
                        registry,
                        keys.signing(),
                        keys.peerLeaf(),
                        config.peers().endpoint(),
                        config.publicUrl().toString()),
                database,
                ledger,
                commit,
                transfers,
                outcomes,
                config.peers().exposureLimit(),
                PumpSettings.DEFAULTS,
                process,
                clock);

        // who is who
        Agents agents = new Agents(
                registry,
                database,
                ledger,
                signingKeys,
                new SealedSecrets(keys.tokenSecret(), random),
                Generators.timeBasedEpochRandomGenerator(random)::generate,
                random,
                List.of(
                        federation.frames()::isUnderWay,
                        Contracts::isUnderWay,
                        Disputes.accused(registry),
                        Settlements.queued(),
                        Bonds.unfinished(ledger)));
        Parties parties = new Parties(registry, agents);
        Tenants tenants = new Tenants(agents, ledger);
        Suspensions suspensions = new Suspensions(database, agents);

        // money
        Accounts accounts = new Accounts(database, ledger, commit, transfers, outcomes, config.faucet());
        Payments payments = new Payments(
                database, commit, transfers, parties, new TokenSecret(keys.tokenSecret()), federation, clock);

        KeyDirectory directory = new KeyDirectory(database, agents, operators, suspensions, clock);
        Contracts contracts = new Contracts(
                database, commit, transfers, parties, directory::keyOf, payments.heldMoney(), federation, clock);

        DidDocuments documents = new DidDocuments(
                registry, Ed25519Key.of(keys.signing().publicKey()), database, agents, federation::resolve, clock);
        PeerMeters peerMeters = new PeerMeters(federation.metrics(), metrics);

        // who may be relied on
        LocalTrust localTrust = new LocalTrust(registry);
        PeerTrusts peerTrusts = new PeerTrusts();
        DealingCount dealings = new DealingCount(
                database,
                ledger,
                localTrust,
                peerTrusts,
                List.of(new PaymentDealingStore(registry), new ContractDealingStore(registry)));
        Trust trust = new Trust(
                registry, database, config.trust().seeds(), config.trust().damping(), clock);
        Scores scores = new Scores(database, parties, agents, trust, peerTrusts, federation::resolve);
        Bonds bonds = new Bonds(
                database,
                ledger,
                outcomes,
                agents,
                parties,
                trust,
                policy(config.bond()),
                List.of(Disputes.accused(registry)::has, Settlements.queued()::has));
        Attestations attestations = new Attestations(
                config.trust().attestations(),
                config.trust().attestedDealings(),
                database,
                outcomes,
                parties,
                keys.signing()::sign,
                random);
        federation.resolvingWith(did -> scores.addTo(documents.resolveForPeer(did), did));

        // what goes wrong
        List<Disputable> disputable = List.of(payments.disputable(), contracts.disputable());
        Reputation reputation = new KeptReputation(registry, localTrust, peerTrusts, attestations);
        Slash slash = new Slash(reputation, config.attestationReductionPpm());
        Origin origin = new Origin(federation, commit, parties);
        PeerDisputes peerDisputes = new PeerDisputes(federation, commit, parties, disputable);
        Disputes disputes = new Disputes(
                ledger,
                parties,
                disputable,
                origin,
                Optional.of(peerDisputes),
                Generators.timeBasedEpochRandomGenerator(random)::generate,
                clock);
        Rulings rulings =
                new Rulings(database, ledger, parties, disputable, reputation, slash, origin, peerDisputes, clock);
        origin.tell(rulings);
        peerDisputes.tell(disputes, rulings);
        Home home = new Home(federation, commit, parties, peerDisputes, disputable, slash);
        Settlements settlements =
                new Settlements(database, ledger, federation, home, rulings, parties, peerTrusts, clock);
        SettlementMeters settlementMeters = new SettlementMeters(settlements, metrics);

        // what happened, and the proof of it
        tail = new Tail(database, ledger);
        Watches watches = new Watches(database, ledger, tail, parties);
        Checkpoints checkpoints = new Checkpoints(database, ledger, registry, keys.signing()::sign);
        Witnesses witnesses = federation.witnesses().of(new OwnJournal(checkpoints));
        witnesses.refresh();
        Totals totals = new Totals(registry, database, ledger);
        Statements statements =
                new Statements(registry, keys.signing()::sign, federation, database, totals, clock);
        FederationReports reports = new FederationReports(registry, federation, totals);
        ProofMeters proofMeters = new ProofMeters(witnesses, statements, metrics);
        Receipts receipts = new Receipts(database, checkpoints, keys.signing().publicKey(), payments::transferOf);
        Verification verification =
                new Verification(database, registry, keys.signing().verifyKey()::verify);

        // who may call
        Sessions sessions = new Sessions(registry, database, clock, random);
        MalpracticeRecords malpractice = new MalpracticeRecords(
                database,
                ledger,
                outcomes,
                parties,
                localTrust,
                List.of(contracts.reportable(), payments.reportable()),
                federation,
                commit);
        RateLimits limits = RateLimits.defaults().withFactor(config.rateFactor());
        Strikes strikes = new Strikes(limits.strikes(), suspensions, directory, clock, Thread::startVirtualThread);
        Authentication authentication = new Authentication(registry, directory, sessions, clock);
        edge = new Edge(
                registry,
                authentication,
                new Limiter(limits, strikes, clock),
                new BondGate(bonds),
                EdgeLimits.defaults(),
                () -> ThreadLocalRandom.current().nextLong(),
                metrics)
                .haltingWhile(witnesses::isReconciling);

        // what can be called
        List<BindableService> services = List.of(
                new RegistryGrpc(
                        registry,
                        config.publicUrl().toString(),
                        keys.signing().verifyKey(),
                        fee,
                        config.faucet(),
                        Software.VERSION,
                        clock),
                new AgentGrpc(database, outcomes, parties, agents, documents, payments::sweepOwedTo),
                new TenantGrpc(database, outcomes, parties, tenants),
                new SessionGrpc(sessions),
                new LedgerGrpc(accounts, parties, ledger, database, federation.transfers()),
                new PaymentGrpc(payments, parties),
                new ContractGrpc(contracts, parties),
                new MalpracticeGrpc(malpractice, parties),
                new DisputeGrpc(database, outcomes, commit, parties, disputes, rulings),
                new SettlementGrpc(database, outcomes, settlements),
                new EventGrpc(watches, authentication::ofPresentCall),
                new TrustGrpc(parties, scores, new TrustRows(database, parties, localTrust)),
                new BondGrpc(parties, bonds),
                new AttestationGrpc(parties, attestations),
                new AuditGrpc(checkpoints, receipts, verification),
                new StatementGrpc(federation.directory(), statements, reports),
                new PeerGrpc(federation.peers(), federation.peerTransfers()),
                new OperatorGrpc(database, outcomes, parties, operators, suspensions));
        List<ServerServiceDefinition> guarded = edge.guard(services);

        // the first start
        boolean firstStart = operators.bootstrap(
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
        federation.start(new InetSocketAddress(config.bind(), config.ports().peer()));
        String door = "hanse-" + registry + "-" + process;
        inProcess = edge.serve(InProcessServerBuilder.forName(door), guarded)
                .build()
                .start();
        inProcessChannel =
                InProcessChannelBuilder.forName(door).directExecutor().build();
        readiness
                .with("database", this::databaseFault)
                .with("writers", commit::fault)
                .with("event tail", tail::fault);
        ops = new OpsServer(config.ports().opsBind(), config.ports().ops(), metrics, readiness);

        // what goes on by itself
        upkeep = new Upkeep(
                pool.connections(),
                List.of(
                        new Upkeep.Shared("payments-expire", Duration.ofSeconds(5), settled(witnesses, payments::sweepExpired)),
                        new Upkeep.Shared("payments-sweep", Duration.ofMinutes(10), settled(witnesses, payments::sweepAll)),
                        new Upkeep.Shared("contracts-sweep", Duration.ofSeconds(10), settled(witnesses, contracts::sweep)),
                        new Upkeep.Shared("disputes-sweep", Duration.ofSeconds(10), settled(witnesses, rulings::sweep)),
                        new Upkeep.Shared("dealings-count", Duration.ofSeconds(5), dealings::run),
                        new Upkeep.Shared("trust-refresh", config.trust().refresh(), trust::refresh),
                        new Upkeep.Shared("bonds-release", Duration.ofMinutes(1), settled(witnesses, bonds::sweep)),
                        new Upkeep.Shared("settlements-sweep", Duration.ofSeconds(10), settled(witnesses, settlements::sweep)),
                        new Upkeep.Shared("checkpoints", Duration.ofSeconds(5), checkpoints::makeIfDue),
                        new Upkeep.Shared("checkpoints-exchange", Duration.ofMinutes(1), witnesses::exchange),
                        new Upkeep.Shared("statements", Duration.ofMinutes(5), statements::run),
                        new Upkeep.Shared("suspensions-lift", Duration.ofSeconds(30), suspensions::liftAllOver),
                        new Upkeep.Shared(
                                "strikes-forget",
                                Duration.ofMinutes(10),
                                () -> suspensions.pruneStrikes(limits.strikes().window())),
                        new Upkeep.Shared("sessions-forget", Duration.ofMinutes(5), sessions::prune),
                        new Upkeep.Shared("outcomes-forget", Duration.ofMinutes(1), () -> forget(outcomeStore, clock))),
                List.of(
                        new Upkeep.Own("health", Duration.ofSeconds(1), health::refresh),
                        new Upkeep.Own("peer meters", Duration.ofSeconds(5), peerMeters::refresh),
                        new Upkeep.Own("proof meters", Duration.ofSeconds(5), proofMeters::refresh),
                        new Upkeep.Own("settlement meters", Duration.ofSeconds(30), settlementMeters::refresh),
                        new Upkeep.Own("lanes", Lanes.LEASE.dividedBy(3), lanes::renew),
                        new Upkeep.Own("public certificate", Duration.ofMinutes(1), keys.publicLeaf()::renewIfDue),
                        new Upkeep.Own("peer certificate", Duration.ofMinutes(1), keys.peerLeaf()::renewIfDue)));
        upkeep.start();
        readiness.open();
        health.refresh();
        LOG.info(
                "{} is up, version {}, {} migrations applied: gRPC {}, peers {}, metrics and health {}:{}",
                registry,
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
        federation.close();
        commit.close();
        edge.close();
        try {
            lanes.close();
        } catch (RuntimeException e) {
            LOG.info("the lanes were not given back; their lease ends by itself");
        }
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

    private void requireOwn(RegistryId registry) {
        try {
            database.write(tx -> {
                new RegistryStore().require(tx, registry, keys);
                return registry;
            });
        } catch (IllegalStateException notOurs) {
            pool.close();
            throw notOurs;
        }
    }

    /// What moves money by itself waits until the books are whole.
    private static Runnable settled(Witnesses witnesses, Runnable work) {
        return () -> {
            if (!witnesses.isReconciling()) {
                work.run();
            }
        };
    }

    private Optional<String> databaseFault() {
        return database.answers() ? Optional.empty() : Optional.of("no answer");
    }

    private void forget(OutcomeStore outcomes, InstantSource clock) {
        var before = clock.instant().minus(REMEMBERED);
        int pruned;
        do {
            pruned = database.write(tx -> outcomes.prune(tx, before, PRUNED_AT_ONCE));
        } while (pruned == PRUNED_AT_ONCE);
    }

    private static BondPolicy policy(NodeConfig.Bond bond) {
        return new BondPolicy(
                bond.amount(),
                bond.minTransactions(),
                bond.minAge(),
                bond.minEigentrust(),
                bond.releaseAfter(),
                bond.requiredFor());
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
