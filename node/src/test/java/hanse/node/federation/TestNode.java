package hanse.node.federation;

import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.INBOX;
import static hanse.schema.jooq.Tables.OUTBOX;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.MoreCollectors;
import com.google.protobuf.ByteString;
import hanse.certs.CertificateAuthority;
import hanse.certs.CertificateId;
import hanse.certs.KeyRotation;
import hanse.certs.LeafOrder;
import hanse.certs.RotatingIdentity;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.federation.v1.Answer;
import hanse.federation.v1.ExchangeCheckpointsRequest;
import hanse.federation.v1.ExchangeCheckpointsResponse;
import hanse.federation.v1.ExchangeStatementsRequest;
import hanse.federation.v1.ExchangeStatementsResponse;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.ListCreditsRequest;
import hanse.federation.v1.ListCreditsResponse;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.RenewCardRequest;
import hanse.federation.v1.RenewCardResponse;
import hanse.federation.v1.ResolveAgentRequest;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.federation.v1.ShowTotalsRequest;
import hanse.federation.v1.ShowTotalsResponse;
import hanse.federation.v1.SignedOutcome;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.node.audit.Checkpoints;
import hanse.node.audit.Fault;
import hanse.node.audit.OwnJournal;
import hanse.node.audit.Verification;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Request;
import hanse.node.contract.Contracts;
import hanse.node.dispute.Disputable;
import hanse.node.dispute.DisputeGrpc;
import hanse.node.dispute.Disputes;
import hanse.node.dispute.PeerDisputes;
import hanse.node.dispute.Reputation;
import hanse.node.dispute.Rulings;
import hanse.node.dispute.Slash;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Fee;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Lanes;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Posting;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.node.malpractice.MalpracticeRecords;
import hanse.node.outcome.OutcomeStore;
import hanse.node.outcome.Outcomes;
import hanse.node.payment.Payments;
import hanse.node.payment.TokenSecret;
import hanse.node.settlement.Home;
import hanse.node.settlement.Origin;
import hanse.node.settlement.SettlementGrpc;
import hanse.node.settlement.Settlements;
import hanse.node.statement.FederationReports;
import hanse.node.statement.Statements;
import hanse.node.statement.Totals;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.node.testing.AgentKeys;
import hanse.node.testing.FaultySource;
import hanse.node.testing.OneBatch;
import hanse.node.testing.Ports;
import hanse.node.testing.Postgres;
import hanse.node.testing.Wire;
import hanse.node.trust.AttestationGrpc;
import hanse.node.trust.Attestations;
import hanse.node.trust.KeptReputation;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.PeerTrusts;
import hanse.peer.Inbox;
import hanse.peer.MessageIds;
import hanse.peer.Outbox;
import hanse.peer.OutgoingMessage;
import hanse.peer.PeerLimits;
import hanse.peer.PeerMetrics;
import hanse.peer.PumpSettings;
import hanse.peer.ReceivedMessage;
import hanse.peer.VerifiedOutcome;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.SignedCard;
import hanse.wire.SignedText;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A registry with its peer port, without the edge. Its network and its database go wrong when a test says so.
public final class TestNode implements AutoCloseable {
    private static final PumpSettings QUICK = new PumpSettings(
            256,
            Duration.ofSeconds(2),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofHours(6));

    public final RegistryId id;
    public final Postgres.Fresh fresh;
    final FaultySource faults;
    public final Database database;
    public final Ledger ledger;
    final GroupCommit commit;
    public final Outcomes outcomes;
    private final PeerTransfers peerTransfers;
    public final Federation federation;
    public final Payments payments;
    public final Contracts contracts;
    public final DisputeGrpc disputes;
    public final Rulings rulings;
    public final SettlementGrpc settling;
    public final PeerTrusts peerTrusts = new PeerTrusts();
    public final Settlements settlements;
    public final MalpracticeRecords malpractice;
    public final LocalTrust trust;
    public final AttestationGrpc attesting;
    public final Checkpoints checkpoints;
    public final Statements statements;
    public final FederationReports reports;
    final Transfers transfers;
    public final Network network = new Network();
    private final Wire wire;
    private volatile Outbox sending;
    private final RotatingIdentity identity;
    private final Path keys;
    private final int port;
    private final InstantSource clock;
    private final Fit fit;
    private final OneBatch batches;

    /// How its operator has set it up, and what a test owns of it.
    ///
    /// @param attestations whether they are switched on
    /// @param mitigationPpm what a cited attestation takes off a slash
    /// @param writers that decide batches
    /// @param ids of agents and disputes
    public record Fit(int feePpm, boolean attestations, int mitigationPpm, int writers, Supplier<UUID> ids) {
        public static final Fit USUAL = new Fit(5_000, false, 0, 2, UUID::randomUUID);

        public Fit attesting(boolean on, int ppm) {
            return new Fit(feePpm, on, ppm, writers, ids);
        }
    }

    /// What happens to messages and answers at this registry's door.
    public static final class Network {
        /// The next so many messages of peers do not arrive.
        public final AtomicInteger messagesLost = new AtomicInteger();

        /// The next so many messages of peers are decided, and the answer does not leave.
        public final AtomicInteger answersLost = new AtomicInteger();

        /// The next so many outcomes of peers arrive and are not recorded.
        public final AtomicInteger outcomesLost = new AtomicInteger();

        /// The next so many outcomes of peers are recorded, and the pump does not learn it: it asks and records again.
        public final AtomicInteger recordsLost = new AtomicInteger();

        /// What peers are told in place of what was decided, by a registry that lies.
        public volatile UnaryOperator<Answer> told = UnaryOperator.identity();

        private final Map<Moment, Runnable> once = new ConcurrentHashMap<>();

        /// When something is done to a message: two are the receiver's, two the sender's.
        public enum Moment {
            ARRIVED,
            DECIDED,
            ANSWERED,
            RECORDED
        }

        /// Does something at the next such moment, before anything else happens.
        public void at(Moment moment, Runnable what) {
            once.put(moment, what);
        }

        private void comes(Moment moment) {
            Runnable what = once.remove(moment);
            if (what != null) {
                what.run();
            }
        }

        private static boolean takes(AtomicInteger count) {
            return count.get() > 0 && count.getAndDecrement() > 0;
        }
    }

    public TestNode(String name, Path directory, Postgres.Fresh fresh) {
        this(name, directory, fresh, InstantSource.system());
    }

    public TestNode(String name, Path directory, Postgres.Fresh fresh, InstantSource clock) {
        this(name, directory, fresh, clock, Fit.USUAL);
    }

    public TestNode(String name, Path directory, Postgres.Fresh fresh, InstantSource clock, int feePpm) {
        this(name, directory, fresh, clock, new Fit(feePpm, false, 0, 2, UUID::randomUUID));
    }

    public TestNode(String name, Path directory, Postgres.Fresh fresh, InstantSource clock, Fit fit) {
        this(name, directory, fresh, clock, fit, new Wire(), Ports.free());
    }

    private TestNode(
            String name, Path directory, Postgres.Fresh fresh, InstantSource clock, Fit fit, Wire wire, int port) {
        this.clock = clock;
        this.fit = fit;
        this.transfers = new Transfers(new Fee(fit.feePpm()));
        this.id = new RegistryId(name);
        this.fresh = fresh;
        this.keys = directory;
        this.port = port;
        this.wire = wire;
        wire.to(port);
        this.faults = new FaultySource(fresh.pool());
        this.database = new Database(fresh.pool(), clock);
        Database aside = new Database(faults.aside(), clock);
        List<Integer> lanes = new Lanes(database, UUID.randomUUID(), fit.writers() + 1).all();
        this.ledger = new Ledger(lanes.getLast());
        Database mortal = new Database(faults.source(), clock);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        this.commit = new GroupCommit(
                mortal, lanes.subList(0, fit.writers()), (tx, operator) -> {}, GroupCommit.Settings.standard(), meters);
        this.batches = new OneBatch(commit, meters);
        this.outcomes = new Outcomes(aside, new OutcomeStore(), ledger, (tx, operator) -> {});
        this.peerTransfers = new PeerTransfers(
                id,
                mortal,
                ledger,
                new Outcomes(mortal, new OutcomeStore(), ledger, (tx, operator) -> {}),
                new PeerStore());
        CertificateAuthority authority = CertificateAuthority.openOrCreate(directory, name, clock);
        SigningKey signing = SigningKey.openOrCreate(directory.resolve("signing.key"));
        this.checkpoints = new Checkpoints(database, ledger, id, signing::sign);
        this.identity =
                RotatingIdentity.open(authority, LeafOrder.node(name, List.of("localhost")), directory, "node", clock);
        this.federation = new Federation(
                new Federation.Self(
                        id,
                        signing,
                        identity,
                        "localhost:" + wire.port(),
                        "https://" + name,
                        () -> KeyRotation.further(directory, signing.verifyKey())),
                aside,
                ledger,
                commit,
                transfers,
                outcomes,
                Avt.parse("10000"),
                QUICK,
                UUID.randomUUID(),
                clock,
                Federation.Surroundings.REAL.behind(this::faulty, this::faulty));
        federation.witnesses().of(new OwnJournal(checkpoints, signing.verifyKey()::verify), peer -> Optional.empty());
        Totals totals = new Totals(id, database, ledger);
        this.statements = new Statements(id, signing::sign, federation, database, totals, clock);
        this.reports = new FederationReports(id, federation, totals);
        Parties parties = parties();
        this.payments =
                new Payments(aside, commit, transfers, parties, new TokenSecret(new byte[32]), federation, clock);
        this.contracts = new Contracts(
                aside,
                commit,
                transfers,
                parties,
                caller -> Ed25519Key.of(AgentKeys.of(caller.id()).publicKey()),
                payments.heldMoney(),
                federation,
                clock);
        this.trust = new LocalTrust(id);
        this.malpractice = new MalpracticeRecords(
                aside,
                ledger,
                outcomes,
                parties(),
                trust,
                List.of(contracts.reportable(), payments.reportable()),
                federation,
                commit);
        List<Disputable> disputable = List.of(payments.disputable(), contracts.disputable());
        Outcomes dying = new Outcomes(mortal, new OutcomeStore(), ledger, (tx, operator) -> {});
        Attestations attestations = new Attestations(
                fit.attestations(), 1, mortal, dying, parties(), text -> new byte[64], new SecureRandom());
        this.attesting = new AttestationGrpc(parties(), attestations);
        Reputation reputation = new KeptReputation(id, trust, peerTrusts, attestations);
        Slash slash = new Slash(reputation, fit.mitigationPpm());
        Origin origin = new Origin(federation, commit, parties());
        PeerDisputes peerDisputes = new PeerDisputes(federation, commit, parties(), disputable);
        this.rulings =
                new Rulings(mortal, commit, parties(), disputable, reputation, slash, origin, peerDisputes, clock);
        origin.tell(rulings);
        Disputes told =
                new Disputes(ledger, parties(), disputable, origin, Optional.of(peerDisputes), fit.ids(), clock);
        peerDisputes.tell(told, rulings);
        Home home = new Home(federation, commit, parties(), peerDisputes, disputable, slash);
        this.settlements = new Settlements(mortal, ledger, federation, home, rulings, parties(), peerTrusts, clock);
        this.disputes = new DisputeGrpc(mortal, dying, commit, parties(), told, rulings);
        this.settling = new SettlementGrpc(mortal, dying, settlements);
    }

    public Parties parties() {
        return new Parties(id, handle -> Optional.empty());
    }

    public TestNode start() {
        return start(PeerLimits.DEFAULTS);
    }

    /// @param limits of its peer port
    public TestNode start(PeerLimits limits) {
        try {
            federation.start(new InetSocketAddress("localhost", port), limits);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same registry as a new process, not started.
    TestNode again() {
        return new TestNode(id.value(), keys, fresh, clock, fit, wire, port);
    }

    /// A further process of the same registry, not started. Peers that connect anew reach it.
    public TestNode beside() {
        return new TestNode(id.value(), keys, fresh, clock, fit, wire, Ports.free());
    }

    /// Takes up what has become of its CA, as a node does every few seconds.
    void followAuthority() {
        identity.follow(CertificateAuthority.openOrCreate(keys, id.value(), clock));
    }

    /// Its next leaf, long before it is due.
    void renewLeaf() {
        identity.renew();
    }

    /// Another registry of the same name: its keys are its own.
    TestNode impostor(Path directory) {
        return new TestNode(id.value(), directory, Postgres.fresh(), clock, fit);
    }

    public void trust(TestNode other) {
        trust(other.federation.peers().card());
    }

    /// Its operator adds whatever registry that card is of.
    public void trust(SignedCard card) {
        federation.peers().add(operator(), card, Optional.empty(), "");
    }

    public void limit(RegistryId peer, String limit) {
        federation.peers().limit(operator(), peer, Avt.parse(limit));
    }

    public void suspend(RegistryId peer) {
        federation.peers().suspend(operator(), peer);
    }

    public void resume(RegistryId peer) {
        federation.peers().resume(operator(), peer);
    }

    public void remove(RegistryId peer) {
        federation.peers().remove(operator(), peer);
    }

    /// Its operator believes a certificate of a peer no more.
    public void revoke(RegistryId peer, CertificateId certificate) {
        federation.peers().revoke(operator(), peer, certificate);
    }

    /// It has reached that peer, which knows it.
    public void welcomed(TestNode peer) {
        federation.peers().welcomed(peer.id);
    }

    /// By its clock.
    public Instant now() {
        return clock.instant();
    }

    public Call operator() {
        return call(new Caller.Operator("admin", 1), UUID.randomUUID().toString(), "");
    }

    public static Call call(AgentId agent, String requestId, String content) {
        return call(agent, 1, requestId, content);
    }

    /// @param authVersion rises with each change of the agent's key or standing
    public static Call call(AgentId agent, long authVersion, String requestId, String content) {
        return call(new Caller.Agent(agent, authVersion, false, "t"), requestId, content);
    }

    private static Call call(Caller caller, String requestId, String content) {
        return new Call(
                caller,
                Optional.of(new Request(
                        caller,
                        "test/Rpc",
                        Request.key(caller, "test/Rpc", requestId),
                        SignedText.sha256(content.getBytes(StandardCharsets.UTF_8)),
                        Optional.of(UUID.randomUUID()),
                        true,
                        ThreadLocalRandom.current().nextLong())),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    /// Of something new.
    public UUID newId() {
        return fit.ids().get();
    }

    public AgentId agent(String deposit) {
        AgentId agent = new AgentId(newId());
        database.write(tx -> {
            ledger.open(tx, agent);
            return agent;
        });
        if (!deposit.equals("0")) {
            issue(AccountId.of(agent), wanted -> wanted.account(AccountId.of(agent)), deposit);
        }
        return agent;
    }

    /// The treasury has earned so much in that lane.
    void earn(int lane, String amount) {
        SystemAccount stripe = SystemAccount.treasury(lane);
        issue(stripe.id(), wanted -> wanted.account(stripe), amount);
    }

    private void issue(AccountId to, Consumer<Wanted> asked, String amount) {
        database.write(tx -> ledger.post(
                tx,
                wanted -> {
                    asked.accept(wanted);
                    wanted.account(SystemAccount.issued(wanted.lane()));
                },
                books -> books.post(Posting.move(
                        EntryKind.TOKENS_ISSUED,
                        SystemAccount.issued(books.lane()).id(),
                        to,
                        Avt.parse(amount)))));
    }

    public CompletableFuture<CrossRegistryTransferResponse> send(
            AgentId payer, TestNode to, AgentId payee, String amount) {
        return send(payer, to, payee, amount, UUID.randomUUID().toString());
    }

    CompletableFuture<CrossRegistryTransferResponse> send(
            AgentId payer, TestNode to, AgentId payee, String amount, String requestId) {
        return federation
                .transfers()
                .transfer(
                        call(payer, requestId, to.id + "/" + payee + "/" + amount),
                        CrossRegistryTransferRequest.newBuilder()
                                .setTo(new Did(to.id, payee).toString())
                                .setAmount(amount)
                                .build())
                .toCompletableFuture();
    }

    /// What its payer learns of a transfer.
    public CrossRegistryTransferResponse transfer(AgentId payer, UUID id) {
        return federation
                .transfers()
                .get(
                        call(payer, "any", ""),
                        GetCrossRegistryTransferRequest.newBuilder()
                                .setTransferId(id.toString())
                                .build());
    }

    /// An operator advances a transfer; that is one of the commits to die at.
    public PeerTransfer advance(UUID transfer, String requestId) {
        return peerTransfers.advance(
                call(new Caller.Operator("admin", 1), requestId, transfer.toString()), transfer, "be patient");
    }

    /// The transfer that has no outcome yet, of which there is one.
    public UUID underWay() {
        return frames().entrySet().stream()
                .filter(frame -> frame.getValue() == Frame.State.PREPARED)
                .map(Map.Entry::getKey)
                .collect(MoreCollectors.onlyElement());
    }

    /// Puts money of an agent into its bond.
    public void bond(AgentId agent, String amount) {
        SystemAccount bond = SystemAccount.bond(agent);
        database.write(tx -> {
            tx.sql().execute("insert into bond (agent, state, posted_at) values (?, 1, now())", agent.value());
            return ledger.post(
                    tx,
                    wanted -> {
                        wanted.account(AccountId.of(agent));
                        wanted.account(bond);
                    },
                    books -> books.post(
                            Posting.move(EntryKind.BOND_POSTED, AccountId.of(agent), bond.id(), Avt.parse(amount))));
        });
    }

    /// The agent has asked its bond back long enough ago.
    public void askBack(AgentId agent) {
        database.write(tx ->
                tx.sql().execute("update bond set state = 2, release_at = posted_at where agent = ?", agent.value()));
    }

    /// What is in an agent's bond.
    public String bonded(AgentId agent) {
        Account bond = database.read(
                tx -> ledger.find(tx, SystemAccount.bond(agent).id()).orElseThrow());
        return Avt.text(bond.balance()) + ", held " + bond.held();
    }

    public <T> T read(Function<Tx, T> reading) {
        return database.read(reading::apply);
    }

    public String held(AgentId agent) {
        return database.read(
                        tx -> ledger.find(tx, AccountId.of(agent)).orElseThrow().held())
                .toString();
    }

    public void suspendPeer(TestNode peer) {
        federation.peers().suspend(operator(), peer.id);
    }

    public void resumePeer(TestNode peer) {
        federation.peers().resume(operator(), peer.id);
    }

    public void removePeer(TestNode peer) {
        federation.peers().remove(operator(), peer.id);
    }

    public void limitPeer(TestNode peer, String limit) {
        federation.peers().limit(operator(), peer.id, Avt.parse(limit));
    }

    /// In its table, and to those who look there without asking the database.
    public boolean isActive(TestNode peer) {
        return position(peer).status() == PeerStatus.ACTIVE
                && federation
                        .directory()
                        .find(peer.id)
                        .filter(known -> known.status() == PeerStatus.ACTIVE)
                        .isPresent();
    }

    public boolean isLinked(TestNode peer) {
        return position(peer).status().isLinked();
    }

    public String balance(AgentId agent) {
        return Avt.text(database.read(
                tx -> ledger.find(tx, AccountId.of(agent)).orElseThrow().balance()));
    }

    public PeerPosition position(TestNode peer) {
        return database.read(
                tx -> new PeerStore().find(tx, peer.id).orElseThrow().position());
    }

    /// The sum of a kind's balances that concern a peer, as a magnitude, micro-AVT.
    public long total(AccountKind kind, TestNode peer) {
        return Math.abs(database.read(ledger::totals).stream()
                .filter(total -> total.kind() == kind && total.peer().equals(Optional.of(peer.id.value())))
                .mapToLong(Ledger.Total::micros)
                .sum());
    }

    /// What the treasury holds, micro-AVT.
    long treasury() {
        return database.read(ledger::totals).stream()
                .filter(total -> total.kind() == AccountKind.TREASURY)
                .mapToLong(Ledger.Total::micros)
                .sum();
    }

    /// The sum of everything; 0 when the supply equation holds.
    public long sum() {
        return database.read(ledger::totals).stream()
                .mapToLong(Ledger.Total::micros)
                .sum();
    }

    /// The way of peers to its port.
    public Wire wire() {
        return wire;
    }

    /// What its links say of a peer.
    PeerMetrics.Snapshot link(TestNode peer) {
        return federation.metrics().snapshot(peer.id.value());
    }

    /// Decides a message as if the peer had sent it, without the peer's books knowing.
    public Answer receive(TestNode from, Message message) {
        return receiving(from, message).join();
    }

    /// The same, not waited for.
    public CompletableFuture<Answer> receiving(TestNode from, Message message) {
        ByteString bytes = message.toByteString();
        return federation
                .inbox()
                .receive(new ReceivedMessage(
                        from.id.value(),
                        MessageIds.parse(message.getId()).orElseThrow(),
                        message,
                        SignedText.sha256(bytes.toByteArray())))
                .toCompletableFuture();
    }

    /// Its messages that have no outcome, oldest first.
    public List<Message> outgoing() {
        return database.read(tx -> tx.sql()
                .select(OUTBOX.MESSAGE)
                .from(OUTBOX)
                .orderBy(OUTBOX.ID)
                .fetch(row -> {
                    try {
                        return Message.parseFrom(row.value1());
                    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                }));
    }

    /// Records what a peer has decided on a message of this registry.
    public void learn(TestNode from, Answer answer) {
        learning(from, answer).join();
    }

    /// The same, not waited for.
    public CompletableFuture<Void> learning(TestNode from, Answer answer) {
        SignedOutcome signed = answer.getOutcome();
        try {
            Outcome outcome = Outcome.parseFrom(signed.getOutcome());
            return sending.decided(
                            from.id.value(),
                            new VerifiedOutcome(
                                    from.id.value(),
                                    MessageIds.parse(outcome.getId()).orElseThrow(),
                                    outcome,
                                    signed))
                    .toCompletableFuture();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Has all that is asked for decided in one batch, in this order, if it is decided in batches at all.
    ///
    /// @param fault of that batch's commit
    public void inOneBatch(Optional<FaultySource.Fault> fault, List<Supplier<CompletableFuture<?>>> asked) {
        batches.of(() -> fault.ifPresent(faults::plan), asked);
        faults.spare();
    }

    /// The next commit of what is done meanwhile goes wrong.
    public void failing(FaultySource.Fault fault, Runnable meanwhile) {
        faults.plan(fault);
        meanwhile.run();
        faults.spare();
    }

    /// One agent pays another, if it has enough.
    public void pay(AgentId from, AgentId to, String amount) {
        Avt paid = Avt.parse(amount);
        try {
            database.write(tx -> ledger.post(
                    tx,
                    wanted -> {
                        wanted.account(AccountId.of(from));
                        transfers.accounts(wanted, to);
                    },
                    books -> {
                        books.account(AccountId.of(from)).requireAvailable(paid);
                        return transfers.pay(
                                books,
                                EntryKind.TOKENS_TRANSFERRED,
                                AccountId.of(from),
                                to,
                                paid,
                                false,
                                Optional.empty(),
                                "");
                    }));
        } catch (RefusedException poor) {
            assertThat(poor.reason()).isEqualTo(Reason.INSUFFICIENT_FUNDS);
        }
    }

    /// What `hanse audit verify` finds wrong.
    public Optional<Fault> fault() {
        return new Verification(database, id, (text, signature) -> true)
                .run((checked, total) -> {})
                .fault();
    }

    public int unanswered() {
        return database.read(tx -> tx.sql().fetchCount(OUTBOX));
    }

    Map<UUID, Frame.State> frames() {
        Map<UUID, Frame.State> frames = new HashMap<>();
        database.read(tx -> tx.sql().selectFrom(FRAME).fetch())
                .forEach(row -> frames.put(row.getId(), Frame.State.of(row.getState())));
        return frames;
    }

    Map<UUID, Outcome> decisions() {
        Map<UUID, Outcome> decisions = new HashMap<>();
        database.read(tx -> tx.sql().selectFrom(INBOX).fetch()).forEach(row -> {
            try {
                decisions.put(row.getId(), Outcome.parseFrom(row.getOutcome()));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        });
        return decisions;
    }

    /// Stops it; its way stays, for the next process.
    @Override
    public void close() {
        try {
            federation.close();
        } catch (FaultySource.Killed dead) {
            // Who was killed gives nothing back.
            assertThat(faults.isDead()).isTrue();
        }
        commit.close();
    }

    private Inbox faulty(Inbox real) {
        return new Inbox() {
            @Override
            public CompletionStage<Answer> receive(ReceivedMessage message) {
                network.comes(Network.Moment.ARRIVED);
                if (Network.takes(network.messagesLost)) {
                    return lost();
                }
                boolean answerLost = Network.takes(network.answersLost);
                return real.receive(message).thenCompose(answer -> {
                    network.comes(Network.Moment.DECIDED);
                    return answerLost ? lost() : done(network.told.apply(answer));
                });
            }

            @Override
            public CompletionStage<GreetResponse> greet(String peer, GreetRequest request) {
                return real.greet(peer, request);
            }

            @Override
            public CompletionStage<RenewCardResponse> renew(String peer, RenewCardRequest request) {
                return real.renew(peer, request);
            }

            @Override
            public CompletionStage<ExchangeStatementsResponse> statements(
                    String peer, ExchangeStatementsRequest request) {
                return real.statements(peer, request);
            }

            @Override
            public CompletionStage<ListCreditsResponse> credits(String peer, ListCreditsRequest request) {
                return real.credits(peer, request);
            }

            @Override
            public CompletionStage<ShowTotalsResponse> totals(String peer, ShowTotalsRequest request) {
                return real.totals(peer, request);
            }

            @Override
            public CompletionStage<ExchangeCheckpointsResponse> checkpoints(
                    String peer, ExchangeCheckpointsRequest request) {
                return real.checkpoints(peer, request);
            }

            @Override
            public CompletionStage<ResolveAgentResponse> resolve(String peer, ResolveAgentRequest request) {
                return real.resolve(peer, request);
            }
        };
    }

    private Outbox faulty(Outbox real) {
        sending = real;
        return new Outbox() {
            @Override
            public List<OutgoingMessage> due(String peer, int limit) {
                return real.due(peer, limit);
            }

            @Override
            public void undecided(String peer, UUID message, String reason, Instant retryAt) {
                real.undecided(peer, message, reason, retryAt);
            }

            @Override
            public boolean setAside(String peer, UUID message, String reason) {
                return real.setAside(peer, message, reason);
            }

            @Override
            public CompletionStage<Void> decided(String peer, VerifiedOutcome outcome) {
                network.comes(Network.Moment.ANSWERED);
                if (Network.takes(network.outcomesLost)) {
                    return lost();
                }
                boolean recordLost = Network.takes(network.recordsLost);
                return real.decided(peer, outcome).thenCompose(nothing -> {
                    network.comes(Network.Moment.RECORDED);
                    return recordLost ? lost() : done(nothing);
                });
            }
        };
    }

    private static <T> CompletionStage<T> lost() {
        return CompletableFuture.failedStage(new IllegalStateException("the network lost it"));
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedStage(value);
    }

    /// Waits for something that happens by itself, for at most 20 s.
    public static void eventually(String what, BooleanSupplier condition) {
        org.awaitility.Awaitility.await(what)
                // The threads of a process that was killed end as they may.
                .dontCatchUncaughtExceptions()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> condition.getAsBoolean());
    }
}
