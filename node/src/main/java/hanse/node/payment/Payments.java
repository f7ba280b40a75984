package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.TimePage;
import hanse.node.dispute.Disputable;
import hanse.node.federation.Federation;
import hanse.node.ledger.Avt;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Position;
import hanse.node.ledger.Transfers;
import hanse.node.malpractice.Reportable;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.VerifyResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/// The operations on payments, in the order of a payment's life.
public final class Payments {
    /// A token lives no longer than this, so a sweep need not look further back (but for what a stopped node missed).
    private static final Duration LONGEST_TTL = Duration.ofHours(1);

    private static final Duration SHORTEST_TTL = Duration.ofMinutes(1);
    private static final Duration USUAL_TTL = Duration.ofMinutes(15);

    private final Database database;
    private final GroupCommit commit;
    private final Transfers transfers;
    private final Parties parties;
    private final TokenSecret secret;
    private final InstantSource clock;
    private final PaymentStore store = new PaymentStore();
    private final SweepTimes sweeps = new SweepTimes();
    private final Optional<PeerPayments> peers;

    /// Of a registry without peers.
    public Payments(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            TokenSecret secret,
            InstantSource clock) {
        this(database, commit, transfers, parties, secret, Optional.empty(), clock);
    }

    /// Of a registry with peers; makes itself known to the federation, which must not have been started.
    public Payments(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            TokenSecret secret,
            Federation federation,
            InstantSource clock) {
        this(database, commit, transfers, parties, secret, Optional.of(federation), clock);
    }

    private Payments(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            TokenSecret secret,
            Optional<Federation> federation,
            InstantSource clock) {
        this.database = database;
        this.commit = commit;
        this.transfers = transfers;
        this.parties = parties;
        this.secret = secret;
        this.clock = clock;
        this.peers =
                federation.map(links -> new PeerPayments(links, database, commit, transfers, parties, store, clock));
    }

    /// Held money, for what is paid with a token otherwise than by settling it.
    public HeldMoney heldMoney() {
        return new HeldMoney(store, transfers, peers);
    }

    /// Holds `amount` for the payee. Refuses with `BAD_TTL`, `SELF_TRANSFER` and the reasons of a transfer.
    ///
    /// @param ttlSeconds 60 to 3600; 0 means 900
    CompletableFuture<AuthorizeResponse> authorize(Call call, Did payee, Avt amount, int ttlSeconds, String resource) {
        Duration ttl = ttlSeconds == 0 ? USUAL_TTL : Duration.ofSeconds(ttlSeconds);
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
            throw new RefusedException(Reason.BAD_TTL);
        }
        Token token = Token.of(secret, call.request());
        return commit.submit(new AuthorizeCommand(
                call, parties, store, transfers, peers, token, call.agent(), payee, amount, ttl, resource));
    }

    /// Consumes a token for the caller.
    ///
    /// @param issuer id or published URL of the registry that issued it; empty for this one
    CompletableFuture<VerifyResponse> verify(Call call, String issuer, String token) {
        return isForeign(issuer) ? across().verify(call, issuer, Token.parse(token)) : verify(call, token);
    }

    /// Consumes a token of this registry for the caller.
    CompletableFuture<VerifyResponse> verify(Call call, String token) {
        return commit.submit(new VerifyCommand(call, parties, store, Token.parse(token), call.agent()));
    }

    /// Ends a payment that the caller names by its token or, when that is empty, by its id.
    CompletableFuture<hanse.payment.v1.Payment> end(Call call, EndCommand.How how, String token, String id) {
        Optional<Token> presented = token.isEmpty() ? Optional.empty() : Optional.of(Token.parse(token));
        UUID payment = presented.map(Token::paymentId).orElseGet(() -> paymentId(id, how));
        return commit.submit(
                        new EndCommand(call, parties, store, transfers, peers, how, payment, presented, call.agent()))
                .thenCompose(ended -> ended.getState() == hanse.payment.v1.Payment.State.SETTLING
                        ? across().settled(ended, call.isReplayed())
                        : CompletableFuture.completedFuture(ended));
    }

    /// Claims a payment for the caller, its payee.
    ///
    /// @param issuer id or published URL of the registry that issued it; empty for this one
    CompletableFuture<hanse.payment.v1.Payment> claim(Call call, String issuer, String id) {
        return isForeign(issuer)
                ? across().end(call, ForeignPayment.Ending.Kind.CLAIM, issuer, UUID.fromString(id))
                : end(call, EndCommand.How.CLAIM, "", id);
    }

    /// Lets a payment go, as the caller, its payee.
    ///
    /// @param issuer id or published URL of the registry that issued it; empty for this one
    CompletableFuture<hanse.payment.v1.Payment> waive(Call call, String issuer, String id) {
        return isForeign(issuer)
                ? across().end(call, ForeignPayment.Ending.Kind.WAIVER, issuer, UUID.fromString(id))
                : end(call, EndCommand.How.WAIVE, "", id);
    }

    /// How payments are disputed.
    public Disputable disputable() {
        return new DisputablePayment(store, parties);
    }

    /// Payments of which malpractice may be reported.
    public Reportable reportable() {
        return new ReportablePayment(store, parties);
    }

    private boolean isForeign(String issuer) {
        return !issuer.isEmpty()
                && !issuer.equals(parties.self().value())
                && !peers.filter(across -> across.isSelf(issuer)).isPresent();
    }

    private PeerPayments across() {
        return peers.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
    }

    private static UUID paymentId(String id, EndCommand.How how) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(how.isPayers() ? Reason.UNKNOWN_TOKEN : Reason.UNKNOWN_PAYMENT);
        }
    }

    /// A payment that the caller is a party to, also one that a peer issued; an operator sees all of this registry's.
    hanse.payment.v1.Payment show(Caller caller, UUID id) {
        return find(caller, id)
                .map(payment -> PaymentWire.payment(payment, parties))
                .or(() -> foreign(caller, id))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PAYMENT));
    }

    /// A payment of this registry that the caller is a party to.
    Payment get(Caller caller, UUID id) {
        return find(caller, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PAYMENT));
    }

    private Optional<Payment> find(Caller caller, UUID id) {
        return database.look(tx -> store.find(tx, id)).filter(payment -> isParty(caller, payment));
    }

    private Optional<hanse.payment.v1.Payment> foreign(Caller caller, UUID id) {
        return caller instanceof Caller.Agent agent
                ? peers.flatMap(across -> across.find(agent.id(), id))
                : Optional.empty();
    }

    private static boolean isParty(Caller caller, Payment payment) {
        return switch (caller) {
            case Caller.Agent agent ->
                payment.payer().equals(agent.id())
                        || (payment.payeeRegistry().isEmpty() && payment.payee().equals(agent.id()));
            case Caller.Operator operator -> true;
            case Caller.Anyone anyone -> false;
        };
    }

    /// One more than `size` of an agent's payments, newest first, so that the caller sees whether there are more.
    List<Payment> list(AgentId agent, boolean asPayer, String token, int size) {
        Optional<TimePage> before = TimePage.read(token);
        return database.read(tx -> store.list(tx, asPayer, agent, before, size + 1));
    }

    /// Gives back what was not used in time, lately. To be called every few seconds. Answers how many.
    public int sweepExpired() {
        Instant now = clock.instant();
        return sweep((tx, limit) -> store.expired(tx, now.minus(LONGEST_TTL.multipliedBy(2)), now, limit));
    }

    /// Gives back what was not used in time, what nobody asked for in 30 days, and what is owed to payees that were
    /// closed. To be called every few minutes. Answers how many.
    public int sweepAll() {
        Instant now = clock.instant();
        Instant since = sweeps.since(now);
        int swept = sweep((tx, limit) -> store.expired(tx, since, now, limit))
                + sweep((tx, limit) ->
                        store.unclaimed(tx, since.minus(Payment.UNCLAIMED), now.minus(Payment.UNCLAIMED), limit))
                + sweep((tx, limit) -> store.owedToClosed(tx, since, limit))
                + peers.map(across -> across.sweepLapsed(since)).orElse(0);
        sweeps.swept(since, now);
        return swept;
    }

    /// Where the journal has the transfer by which a payment left its payer; empty as long as there is none.
    public Optional<Position> transferOf(Tx tx, UUID payment) {
        return store.find(tx, payment).flatMap(Payment::transfer);
    }

    /// Gives back what can no longer be paid, because its payee is closed for good. Answers how many.
    public int sweepOwedTo(AgentId payee) {
        return sweep((tx, limit) -> store.owedTo(tx, payee, limit));
    }

    private int sweep(BiFunction<Tx, Integer, List<UUID>> due) {
        return commit.sweep(limit -> database.look(tx -> due.apply(tx, limit)), id -> new SweepCommand(store, id));
    }
}
