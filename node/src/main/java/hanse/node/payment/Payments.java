package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Transfers;
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
    private static final int SWEEP = 2_000;

    private final Database database;
    private final GroupCommit commit;
    private final Transfers transfers;
    private final Parties parties;
    private final TokenSecret secret;
    private final InstantSource clock;
    private final PaymentStore store = new PaymentStore();

    public Payments(
            Database database,
            GroupCommit commit,
            Transfers transfers,
            Parties parties,
            TokenSecret secret,
            InstantSource clock) {
        this.database = database;
        this.commit = commit;
        this.transfers = transfers;
        this.parties = parties;
        this.secret = secret;
        this.clock = clock;
    }

    /// Holds `amount` for the payee. Refuses with `BAD_TTL`, `SELF_TRANSFER` and the reasons of a transfer.
    ///
    /// @param ttlSeconds 60 to 3600; 0 means 900
    CompletableFuture<AuthorizeResponse> authorize(Call call, Did payee, Avt amount, int ttlSeconds, String resource) {
        Duration ttl = ttlSeconds == 0 ? USUAL_TTL : Duration.ofSeconds(ttlSeconds);
        if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
            throw new RefusedException(Reason.BAD_TTL);
        }
        if (!parties.isLocal(payee)) {
            throw new RefusedException(Reason.UNKNOWN_PEER);
        }
        Token token = Token.of(secret, call.request());
        return commit.submit(new AuthorizeCommand(
                call, parties, store, transfers, token, call.agent(), payee, amount, ttl, resource));
    }

    /// Consumes a token of this registry for the caller.
    CompletableFuture<VerifyResponse> verify(Call call, String token) {
        return commit.submit(new VerifyCommand(call, parties, store, Token.parse(token), call.agent()));
    }

    /// Ends a payment that the caller names by its token or, when that is empty, by its id.
    CompletableFuture<hanse.payment.v1.Payment> end(Call call, EndCommand.How how, String token, String id) {
        Optional<Token> presented = token.isEmpty() ? Optional.empty() : Optional.of(Token.parse(token));
        UUID payment = presented.map(Token::paymentId).orElseGet(() -> paymentId(id, how));
        return commit.submit(new EndCommand(call, parties, store, transfers, how, payment, presented, call.agent()));
    }

    private static UUID paymentId(String id, EndCommand.How how) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(how.isPayers() ? Reason.UNKNOWN_TOKEN : Reason.UNKNOWN_PAYMENT);
        }
    }

    /// A payment that the caller is a party to; an operator sees all.
    Payment get(Caller caller, UUID id) {
        return database.read(tx -> store.find(tx, id))
                .filter(payment -> isParty(caller, payment))
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PAYMENT));
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
        Optional<PaymentPage> before = token.isEmpty() ? Optional.empty() : Optional.of(PaymentPage.parse(token));
        return database.read(tx -> store.list(tx, asPayer, agent, before, size + 1));
    }

    /// Gives back what was not used in time, lately. To be called every few seconds. Answers how many.
    public int sweepExpired() {
        Instant now = clock.instant();
        return sweep((tx, limit) -> store.expired(tx, now.minus(LONGEST_TTL.multipliedBy(2)), now, limit));
    }

    /// Gives back what was not used in time, ever, and what nobody asked for in 30 days. To be called at start and now
    /// and then. Answers how many.
    public int sweepAll() {
        Instant now = clock.instant();
        return sweep((tx, limit) -> store.expired(tx, Instant.EPOCH, now, limit))
                + sweep((tx, limit) -> store.unclaimed(tx, Payment.UNCLAIMED, now, limit));
    }

    /// Gives back what can no longer be paid, because its payee is closed for good. Answers how many.
    public int sweepOwedTo(AgentId payee) {
        return sweep((tx, limit) -> store.owedTo(tx, payee, limit));
    }

    private int sweep(BiFunction<Tx, Integer, List<UUID>> due) {
        int swept = 0;
        while (true) {
            List<UUID> ids = database.read(tx -> due.apply(tx, SWEEP));
            List<CompletableFuture<Boolean>> answers = ids.stream()
                    .map(id -> commit.submit(new SweepCommand(store, id)))
                    .toList();
            int done = (int) answers.stream().filter(CompletableFuture::join).count();
            swept += done;
            if (ids.size() < SWEEP || done == 0) {
                return swept;
            }
        }
    }
}
