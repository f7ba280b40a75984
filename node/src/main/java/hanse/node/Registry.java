package hanse.node;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import com.fasterxml.uuid.UUIDClock;
import hanse.certs.VerifyKey;
import hanse.node.access.KeyDirectory;
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
import io.grpc.BindableService;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A registry: its books and all that happens in them, put together from top to bottom. It has no port, no clock and no
/// chance of its own, and nothing in it goes on by itself: so it is the same in a [Node] and in a simulation.
public final class Registry implements AutoCloseable {
    /// Outcomes are remembered for so long: a caller that repeats a request later than this is answered as a stranger.
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private static final int PRUNED_AT_ONCE = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final NodeConfig config;
    private final InstantSource clock;
    private final Database database;
    private final Lanes lanes;
    private final Ledger ledger;
    private final OutcomeStore outcomeStore;
    private final Operators operators;
    private final GroupCommit commit;
    private final Federation federation;
    private final Parties parties;
    private final Suspensions suspensions;
    private final Payments payments;
    private final KeyDirectory directory;
    private final Contracts contracts;
    private final DealingCount dealings;
    private final Trust trust;
    private final Bonds bonds;
    private final Rulings rulings;
    private final Settlements settlements;
    private final Checkpoints checkpoints;
    private final Witnesses witnesses;
    private final Statements statements;
    private final List<BindableService> services;

    /// What a registry is given from outside, so that a simulation can own it.
    ///
    /// @param random keys, secrets and ids come from it
    /// @param inTurn whether commands are decided one batch after the other on the thread that submits them
    public record World(
            InstantSource clock, SecureRandom random, Federation.Surroundings surroundings, boolean inTurn) {
        /// The one that we live in. Its clock is wrong by `-Dhanse.clock.offset`, such as PT-4S, where a drill says so.
        public static World real() {
            Duration wrongBy = Duration.parse(System.getProperty("hanse.clock.offset", "PT0S"));
            InstantSource clock = InstantSource.offset(InstantSource.system(), wrongBy);
            return new World(clock, new SecureRandom(), Federation.Surroundings.REAL, false);
        }

        private NoArgGenerator ids() {
            return Generators.timeBasedEpochRandomGenerator(random, new UUIDClock() {
                @Override
                public long currentTimeMillis() {
                    return clock.millis();
                }
            });
        }

        private GroupCommit.Settings writing(NodeConfig.Writing wanted) {
            return new GroupCommit.Settings(
                    wanted.largestBatch(), wanted.longestQueue(), wanted.longestWait(), !inTurn);
        }
    }

    /// @param keys the registry's
    /// @param furtherKeys by which it signs, too, while it changes keys
    /// @param process names this process among those that share the database
    public Registry(
            NodeConfig config,
            NodeKeys keys,
            Supplier<List<VerifyKey>> furtherKeys,
            Database database,
            MeterRegistry metrics,
            UUID process,
            World world) {
        this.config = config;
        this.database = database;
        this.clock = world.clock();
        SecureRandom random = world.random();
        RegistryId registry = config.registry();

        // the books
        // One lane is for cold operations, so that they and the writers never wait for each other.
        lanes = new Lanes(database, process, config.writing().writers() + 1);
        List<Integer> hot = lanes.all().subList(1, lanes.all().size());
        ledger = new Ledger(lanes.all().getFirst());
        outcomeStore = new OutcomeStore();
        SigningKeys signingKeys = new SigningKeys();
        operators = new Operators(database, ledger, signingKeys);
        commit = new GroupCommit(database, hot, operators, world.writing(config.writing()), metrics);
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
                        config.publicUrl().toString(),
                        furtherKeys),
                database,
                ledger,
                commit,
                transfers,
                outcomes,
                config.peers().exposureLimit(),
                PumpSettings.DEFAULTS,
                process,
                clock,
                world.surroundings());

        // who is who
        Agents agents = new Agents(
                registry,
                database,
                ledger,
                signingKeys,
                new SealedSecrets(keys.tokenSecret(), random),
                world.ids()::generate,
                random,
                List.of(
                        federation.frames()::isUnderWay,
                        Contracts::isUnderWay,
                        Disputes.accused(registry),
                        Settlements.queued(),
                        Bonds.unfinished(ledger)));
        parties = new Parties(registry, agents);
        Tenants tenants = new Tenants(agents, ledger);
        suspensions = new Suspensions(database, agents);

        // money
        Accounts accounts = new Accounts(database, ledger, commit, transfers, outcomes, config.faucet());
        if (config.peers().canary()) {
            federation.canary().on((canary, amount) -> accounts.provide(canary, amount, "canary"));
        }
        payments = new Payments(
                database, commit, transfers, parties, new TokenSecret(keys.tokenSecret()), federation, clock);

        directory = new KeyDirectory(database, agents, operators, suspensions, clock);
        contracts = new Contracts(
                database, commit, transfers, parties, directory::keyOf, payments.heldMoney(), federation, clock);

        DidDocuments documents = new DidDocuments(
                registry, Ed25519Key.of(keys.signing().publicKey()), database, agents, federation::resolve, clock);

        // who may be relied on
        LocalTrust localTrust = new LocalTrust(registry);
        PeerTrusts peerTrusts = new PeerTrusts();
        dealings = new DealingCount(
                database,
                ledger,
                localTrust,
                peerTrusts,
                List.of(new PaymentDealingStore(registry), new ContractDealingStore(registry)));
        trust = new Trust(
                registry, database, config.trust().seeds(), config.trust().damping(), clock);
        Scores scores = new Scores(database, parties, agents, trust, peerTrusts, federation::resolve);
        bonds = new Bonds(
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
                ledger, parties, disputable, origin, Optional.of(peerDisputes), world.ids()::generate, clock);
        rulings = new Rulings(database, commit, parties, disputable, reputation, slash, origin, peerDisputes, clock);
        origin.tell(rulings);
        peerDisputes.tell(disputes, rulings);
        Home home = new Home(federation, commit, parties, peerDisputes, disputable, slash);
        settlements = new Settlements(database, ledger, federation, home, rulings, parties, peerTrusts, clock);
        MalpracticeRecords malpractice = new MalpracticeRecords(
                database,
                ledger,
                outcomes,
                parties,
                localTrust,
                List.of(contracts.reportable(), payments.reportable()),
                federation,
                commit);

        // the proof of it
        checkpoints = new Checkpoints(database, ledger, registry, keys.signing()::sign);
        Totals totals = new Totals(registry, database, ledger);
        statements = new Statements(registry, keys.signing()::sign, federation, database, totals, clock);
        FederationReports reports = new FederationReports(registry, federation, totals);
        witnesses = federation.witnesses().of(new OwnJournal(checkpoints, keys::verify), reports::lacking);
        witnesses.refresh();
        Receipts receipts = new Receipts(database, checkpoints, keys::signer, payments::transferOf);
        Verification verification = new Verification(database, registry, keys::verify);

        // what can be called
        services = List.of(
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
                new LedgerGrpc(accounts, parties, ledger, database, federation.transfers()),
                new PaymentGrpc(payments, parties),
                new ContractGrpc(contracts, parties),
                new MalpracticeGrpc(malpractice, parties),
                new DisputeGrpc(database, outcomes, commit, parties, disputes, rulings),
                new SettlementGrpc(database, outcomes, settlements),
                new TrustGrpc(parties, scores, new TrustRows(database, parties, localTrust)),
                new BondGrpc(parties, bonds),
                new AttestationGrpc(parties, attestations),
                new AuditGrpc(checkpoints, receipts, verification),
                new StatementGrpc(federation.directory(), statements, reports),
                new PeerGrpc(federation.peers(), federation.peerTransfers(), federation.stuck(), federation.doctor()),
                new OperatorGrpc(database, outcomes, parties, operators, suspensions));
    }

    /// What agents, operators and peers can call, behind whatever guards it.
    public List<BindableService> services() {
        return services;
    }

    /// What goes on by itself: of all processes that share the database, one does it.
    public List<Chore> chores() {
        List<Chore> chores = new ArrayList<>(List.of(
                new Chore("payments-expire", Duration.ofSeconds(5), whenWhole(payments::sweepExpired)),
                new Chore("payments-sweep", Duration.ofMinutes(10), whenWhole(payments::sweepAll)),
                new Chore("contracts-sweep", Duration.ofSeconds(10), whenWhole(contracts::sweep)),
                new Chore("disputes-sweep", Duration.ofSeconds(10), whenWhole(rulings::sweep)),
                new Chore("dealings-count", Duration.ofSeconds(5), dealings::run),
                new Chore("trust-refresh", config.trust().refresh(), trust::refresh),
                new Chore("bonds-release", Duration.ofMinutes(1), whenWhole(bonds::sweep)),
                new Chore("settlements-sweep", Duration.ofSeconds(10), whenWhole(settlements::sweep)),
                new Chore("checkpoints", Duration.ofSeconds(5), checkpoints::makeIfDue),
                new Chore("checkpoints-exchange", Duration.ofMinutes(1), witnesses::exchange),
                new Chore("statements", Duration.ofMinutes(5), statements::run),
                new Chore("suspensions-lift", Duration.ofSeconds(30), suspensions::liftAllOver),
                new Chore("outcomes-forget", Duration.ofMinutes(1), this::forgetOutcomes)));
        if (config.peers().canary()) {
            chores.add(new Chore("canaries", Duration.ofMinutes(1), whenWhole(federation.canary()::sing)));
        }
        return List.copyOf(chores);
    }

    public Ledger ledger() {
        return ledger;
    }

    public GroupCommit commit() {
        return commit;
    }

    public Federation federation() {
        return federation;
    }

    public Parties parties() {
        return parties;
    }

    public Operators operators() {
        return operators;
    }

    Suspensions suspensions() {
        return suspensions;
    }

    /// Who calls.
    public KeyDirectory directory() {
        return directory;
    }

    BondGate bondGate() {
        return new BondGate(bonds);
    }

    /// Who keep checkpoints of this registry.
    public Witnesses witnesses() {
        return witnesses;
    }

    Statements statements() {
        return statements;
    }

    Settlements settlements() {
        return settlements;
    }

    /// Keeps the claims of this process; to be called well within [Lanes#LEASE].
    void renewLanes() {
        lanes.renew();
    }

    /// What moves money by itself waits until the books are whole.
    private Runnable whenWhole(Runnable work) {
        return () -> {
            if (!witnesses.isReconciling()) {
                work.run();
            }
        };
    }

    private void forgetOutcomes() {
        Instant before = clock.instant().minus(REMEMBERED);
        int pruned;
        do {
            pruned = database.write(tx -> outcomeStore.prune(tx, before, PRUNED_AT_ONCE));
        } while (pruned == PRUNED_AT_ONCE);
    }

    /// Takes nothing new from peers, ends what is being decided, and gives back what it has claimed.
    @Override
    public void close() {
        federation.close();
        commit.close();
        try {
            lanes.close();
        } catch (RuntimeException e) {
            LOG.info("the lanes were not given back; their lease ends by itself");
        }
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
}
