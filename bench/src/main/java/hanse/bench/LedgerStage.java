package hanse.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.ledger.v1.TransferResponse;
import hanse.node.account.Accounts;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Request;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Command;
import hanse.node.ledger.Fee;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.Lanes;
import hanse.node.ledger.OneByOne;
import hanse.node.ledger.Transfers;
import hanse.node.storage.Connections;
import hanse.node.storage.Database;
import hanse.schema.EmbeddedPostgres;
import hanse.schema.Migrations;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// A ledger of its own with as many accounts and as much of a past as a bench asks for.
final class LedgerStage implements AutoCloseable {
    private static final Avt AMOUNT = Avt.parse("0.01");
    private static final int CONNECTIONS = 40;

    private final Server server;
    private final HikariDataSource source;
    private final Database database;
    private final List<AgentId> agents;
    private final Transfers transfers = new Transfers(new Fee(5_000));

    LedgerStage(EmbeddedPostgres postgres, String name, int accounts, int pastTransfers) {
        this.server = Server.of(postgres);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(postgres.createDatabase(name));
        config.setUsername(postgres.username());
        config.setPassword(postgres.password());
        config.setMaximumPoolSize(CONNECTIONS);
        Connections.configure(config);
        this.source = new HikariDataSource(config);
        Migrations.apply(source);
        this.database = new Database(source, InstantSource.system());
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            fill(statement, accounts, pastTransfers);
            this.agents = read(statement);
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's database could not be filled", e);
        }
    }

    /// Rich accounts and, if asked for, a past: entries of a lane that nobody writes any more.
    private static void fill(Statement statement, int accounts, int pastTransfers) throws SQLException {
        statement.execute(
                "insert into account (id, kind, balance) select gen_random_uuid(), 1, 1000000000000 from generate_series(1, "
                        + accounts + ")");
        statement.execute("insert into account (id, kind, balance) select gen_random_uuid(), 5, -1000000000000 * "
                + accounts + "::bigint");
        if (pastTransfers > 0) {
            statement.execute("""
                    insert into journal (position, at, kind, debit, credit, amount, debit_balance, debit_held, debit_version,
                      debit_previous, credit_balance, credit_held, credit_version, credit_previous)
                    select (30000::bigint << 40) + i, now(), 1, gen_random_uuid(), gen_random_uuid(), 1, 1, 0, 1, 0, 1, 0, 1, 0
                    from generate_series(1, %d) i
                    """.formatted(2L * pastTransfers));
        }
        statement.execute("vacuum analyze account, journal");
        statement.execute("checkpoint");
    }

    private static List<AgentId> read(Statement statement) throws SQLException {
        List<AgentId> agents = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("select id from account where kind = 1")) {
            while (rows.next()) {
                agents.add(new AgentId(rows.getObject(1, UUID.class)));
            }
        }
        return agents;
    }

    /// Transfers with a fee between random accounts, through the group commit.
    ClosedLoop.Result grouped(int writers, int clients, Duration warmUp, Duration time, double atMost) {
        server.settle();
        try (Lanes lanes = new Lanes(database, UUID.randomUUID(), writers);
                GroupCommit commit = commit(lanes)) {
            ClosedLoop loop =
                    atMost == 0 ? ClosedLoop.virtual() : ClosedLoop.virtual().atMost(atMost);
            return loop.run(
                    clients,
                    warmUp,
                    time,
                    client -> commit.submit(transfer(transfers, agents)).join());
        }
    }

    /// The same, offered at a rate, whatever becomes of what was offered before.
    OpenLoop.Result offered(int writers, double perSecond, Duration warmUp, Duration time) throws InterruptedException {
        server.settle();
        try (Lanes lanes = new Lanes(database, UUID.randomUUID(), writers);
                GroupCommit commit = commit(lanes)) {
            return OpenLoop.run(perSecond, warmUp, time, _ -> commit.submit(transfer(transfers, agents)));
        }
    }

    /// The same, one transaction each; every client in the same lane, whose treasury stripe takes all fees.
    ClosedLoop.Result oneByOne(int clients, Duration warmUp, Duration time) {
        server.settle();
        try (Lanes lanes = new Lanes(database, UUID.randomUUID(), 1)) {
            List<OneByOne> connections = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                connections.add(new OneByOne(database, lanes.all().getFirst(), new SimpleMeterRegistry()));
            }
            try {
                return ClosedLoop.platform()
                        .run(
                                clients,
                                warmUp,
                                time,
                                client -> connections.get(client).run(transfer(transfers, agents)));
            } finally {
                connections.forEach(OneByOne::close);
            }
        }
    }

    private GroupCommit commit(Lanes lanes) {
        return new GroupCommit(
                database,
                lanes.all(),
                (tx, operator) -> {},
                GroupCommit.Settings.standard(),
                new SimpleMeterRegistry());
    }

    /// Of a little, between two of them.
    static Command<TransferResponse> transfer(Transfers transfers, List<AgentId> agents) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        AgentId payer = agents.get(random.nextInt(agents.size()));
        AgentId payee = agents.get(random.nextInt(agents.size()));
        while (payee.equals(payer)) {
            payee = agents.get(random.nextInt(agents.size()));
        }
        Caller caller = new Caller.Agent(payer, 1, false, "public");
        byte[] digest = new byte[32];
        random.nextBytes(digest);
        Request request = new Request(
                caller,
                "hanse.ledger.v1.LedgerService/Transfer",
                new UUID(random.nextLong(), random.nextLong()),
                digest,
                Optional.of(new UUID(random.nextLong(), random.nextLong())),
                true,
                random.nextLong());
        return Accounts.transferCommand(transfers, new Call(caller, Optional.of(request), ""), payer, payee, AMOUNT);
    }

    @Override
    public void close() {
        source.close();
    }
}
