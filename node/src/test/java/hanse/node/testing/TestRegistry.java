package hanse.node.testing;

import hanse.error.v1.Reason;
import hanse.node.audit.Verification;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Request;
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
import hanse.node.outcome.OutcomeStore;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/// A registry's ledger on a database of its own: lanes, a group commit, cold operations, and agents with money.
public final class TestRegistry implements AutoCloseable {
    public static final RegistryId NAME = new RegistryId("alpha.example");
    public static final RegistryId PEER = new RegistryId("beta.example");

    private final Optional<Postgres.Fresh> owned;
    private final DataSource source;
    private final Lanes lanes;
    public final Database database;
    public final GroupCommit commit;
    public final Ledger ledger;
    public final Outcomes outcomes;
    public final Transfers transfers = new Transfers(new Fee(5_000));
    public final Parties parties = new Parties(NAME, handle -> Optional.empty());

    private TestRegistry(
            Optional<Postgres.Fresh> owned, DataSource source, InstantSource clock, GroupCommit.Settings settings) {
        this.owned = owned;
        this.source = source;
        this.database = new Database(source, clock);
        this.lanes = new Lanes(database, UUID.randomUUID(), 3);
        List<Integer> mine = lanes.all();
        this.ledger = new Ledger(mine.getLast());
        this.commit = new GroupCommit(
                database, mine.subList(0, 2), (tx, operator) -> {}, settings, new SimpleMeterRegistry());
        this.outcomes = new Outcomes(database, new OutcomeStore(), ledger, (tx, operator) -> {});
    }

    /// On a fresh database.
    public static TestRegistry fresh() {
        return fresh(InstantSource.system());
    }

    /// The same, with a clock of its own.
    public static TestRegistry fresh(InstantSource clock) {
        Postgres.Fresh fresh = Postgres.fresh();
        return new TestRegistry(Optional.of(fresh), fresh.pool(), clock, GroupCommit.Settings.standard());
    }

    /// On a database that exists, as one more process would be.
    public static TestRegistry on(DataSource source) {
        return on(source, GroupCommit.Settings.standard());
    }

    /// The same, with a clock of its own.
    public static TestRegistry on(DataSource source, InstantSource clock) {
        return new TestRegistry(Optional.empty(), source, clock, GroupCommit.Settings.standard());
    }

    /// The same, with settings of its own.
    public static TestRegistry on(DataSource source, GroupCommit.Settings settings) {
        return new TestRegistry(Optional.empty(), source, InstantSource.system(), settings);
    }

    public DataSource source() {
        return source;
    }

    /// A new agent with some money.
    public AgentId agent(String deposit) {
        AgentId agent = new AgentId(UUID.randomUUID());
        database.write(tx -> {
            ledger.open(tx, agent);
            return agent;
        });
        if (!deposit.equals("0")) {
            deposit(agent, Avt.parse(deposit));
        }
        return agent;
    }

    public void deposit(AgentId agent, Avt amount) {
        database.write(tx -> ledger.post(
                tx,
                wanted -> {
                    wanted.account(AccountId.of(agent));
                    wanted.account(SystemAccount.issued(wanted.lane()));
                },
                books -> books.post(Posting.move(
                        EntryKind.TOKENS_ISSUED,
                        SystemAccount.issued(books.lane()).id(),
                        AccountId.of(agent),
                        amount))));
    }

    /// A call by an agent whose key has never changed.
    public static Call call(AgentId agent, String requestId, String content) {
        return call(new Caller.Agent(agent, 1, false, "t"), requestId, content, UUID.randomUUID());
    }

    /// A call with everything that makes it recognisable.
    public static Call call(Caller caller, String requestId, String content, UUID signature) {
        return new Call(
                caller,
                Optional.of(new Request(
                        caller,
                        "test/Rpc",
                        Request.key(caller, "test/Rpc", requestId),
                        digest(content),
                        Optional.of(signature),
                        true,
                        ThreadLocalRandom.current().nextLong())),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    /// A transfer with its fee, as agents make them. Answers the position.
    public Work transfer(Optional<Call> call, AgentId payer, AgentId payee, Avt amount) {
        return new Work(
                call,
                wanted -> {
                    wanted.account(AccountId.of(payer));
                    transfers.accounts(wanted, payee);
                },
                books -> {
                    transfers.fee(amount);
                    books.activeAgent(payee);
                    books.account(AccountId.of(payer)).requireAvailable(amount);
                    return transfers
                            .pay(
                                    books,
                                    EntryKind.TOKENS_TRANSFERRED,
                                    AccountId.of(payer),
                                    payee,
                                    amount,
                                    false,
                                    Optional.empty(),
                                    "")
                            .position()
                            .toString();
                });
    }

    /// Makes a transfer and waits for it.
    public String pay(AgentId payer, AgentId payee, String amount) {
        return commit.submit(transfer(Optional.empty(), payer, payee, Avt.parse(amount)))
                .join();
    }

    public Account account(AgentId agent) {
        return database.read(tx -> ledger.find(tx, AccountId.of(agent)).orElseThrow());
    }

    public long balance(AgentId agent) {
        return account(agent).balance();
    }

    /// The sum of a kind's balances, micro-AVT.
    public long total(AccountKind kind) {
        return database.read(ledger::totals).stream()
                .filter(total -> total.kind() == kind)
                .mapToLong(Ledger.Total::micros)
                .sum();
    }

    /// Makes up the payments, transfers and peers for what a test of the ledger alone has held and moved.
    public void promiseWhatIsBooked() {
        database.write(tx -> tx.sql().execute("""
                insert into payment (id, token_hash, state, payer, payee, amount, authorized_at, expires_at)
                select gen_random_uuid(), sha256('x'), 1, id, id, held, now(), now() from account where held > 0;
                insert into frame (id, peer, state, payer, payee, amount, lane, bucket_day, prepared_at)
                select gen_random_uuid(), peer, 1, id, id, balance, lane, 0, now()
                from account where kind = 11 and balance > 0;
                insert into peer_position (peer, status, exposure_limit, position)
                select peer, 2, 0, -sum(balance) from account where kind in (7, 8) group by peer
                """));
    }

    /// Everything that `hanse audit verify` checks, with no checkpoint made.
    public Verification.Report verify() {
        return new Verification(database, NAME, (text, signature) -> true).run((checked, total) -> {});
    }

    /// Why something was refused; empty when it was not.
    public static Optional<Reason> refusal(CompletableFuture<?> answer) {
        try {
            answer.join();
            return Optional.empty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                return Optional.of(refused.reason());
            }
            throw e;
        }
    }

    /// Holds up the writers of this registry: what is submitted meanwhile waits, and makes one batch per lane
    /// afterwards.
    public HeldUp holdUp() {
        try {
            Connection connection = source.getConnection();
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute("select id from lane for update");
            }
            return new HeldUp(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Lets the writers go on when closed.
    public record HeldUp(Connection connection) implements AutoCloseable {
        @Override
        public void close() {
            try (connection) {
                connection.rollback();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        commit.close();
        owned.ifPresent(Postgres.Fresh::close);
    }

    private static byte[] digest(String content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
