package hanse.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.audit.v1.AuditServiceGrpc;
import hanse.audit.v1.GetReceiptRequest;
import hanse.audit.v1.Receipt;
import hanse.error.v1.Reason;
import hanse.federation.v1.ListCreditsRequest;
import hanse.node.Chore;
import hanse.node.NodeKeys;
import hanse.node.Registry;
import hanse.node.audit.Verification;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.Trace;
import hanse.node.config.ConfigFile;
import hanse.node.config.ConfigTemplate;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.node.federation.Federation;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Fee;
import hanse.node.ledger.Posting;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Transfers;
import hanse.node.storage.Connections;
import hanse.node.storage.Database;
import hanse.peer.Inbox;
import hanse.schema.EmbeddedPostgres;
import hanse.schema.Migrations;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;

/// A whole registry without ports: its ledger, and all that it proves of it.
final class ProofStage implements AutoCloseable {
    private static final String PEER = "beta.example";
    private static final Avt RICH = Avt.parse("1000000");
    private static final int AT_A_TIME = 1_000;
    private static final int KEPT = 4_096;

    /// One in so many transfers is kept: together they are those of some ten seconds.
    private static final int KEPT_OF = 64;

    private final Server server;
    private final HikariDataSource source;
    private final Database database;
    private final NodeConfig config;
    private final NodeKeys keys;
    private final Registry registry;
    private final AuditServiceGrpc.AuditServiceImplBase audit;
    private final List<AgentId> agents = new ArrayList<>();
    private final Transfers transfers = new Transfers(new Fee(5_000));
    private final AtomicReference<Optional<Inbox>> inbox = new AtomicReference<>(Optional.empty());
    private final AtomicLong payments = new AtomicLong();

    /// Some of the latest transfers.
    private final AtomicReferenceArray<String> paid = new AtomicReferenceArray<>(KEPT);

    ProofStage(EmbeddedPostgres postgres, Path directory, String name, int accounts) throws IOException {
        this.server = Server.of(postgres);
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(postgres.createDatabase(name));
        pool.setUsername(postgres.username());
        pool.setPassword(postgres.password());
        pool.setMaximumPoolSize(20);
        Connections.configure(pool);
        this.source = new HikariDataSource(pool);
        Migrations.apply(source);
        InstantSource clock = InstantSource.system();
        this.database = new Database(source, clock);
        Path file = Files.createDirectories(directory.resolve(name)).resolve(ConfigFile.NAME);
        Files.writeString(
                file,
                ConfigTemplate.write(
                        Map.of(Setting.REGISTRY, "alpha.example", Setting.PUBLIC_URL, "https://alpha.example")));
        this.config = ConfigFile.read(file, Map.of());
        this.keys = NodeKeys.open(config, clock);
        this.registry = new Registry(
                config,
                keys,
                List::of,
                database,
                new SimpleMeterRegistry(),
                UUID.randomUUID(),
                new Registry.World(
                        clock,
                        new SecureRandom(),
                        Federation.Surroundings.REAL.behind(
                                real -> {
                                    inbox.set(Optional.of(real));
                                    return real;
                                },
                                UnaryOperator.identity()),
                        false));
        this.audit = registry.services().stream()
                .filter(AuditServiceGrpc.AuditServiceImplBase.class::isInstance)
                .map(AuditServiceGrpc.AuditServiceImplBase.class::cast)
                .findFirst()
                .orElseThrow();
        for (int made = 0; made < accounts; made += AT_A_TIME) {
            people(Math.min(AT_A_TIME, accounts - made));
        }
        execute("vacuum analyze");
    }

    private void people(int number) {
        List<AgentId> more = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            more.add(new AgentId(UUID.randomUUID()));
        }
        database.write(tx -> {
            more.forEach(agent -> registry.ledger().open(tx, agent));
            return registry.ledger()
                    .post(
                            tx,
                            wanted -> {
                                more.forEach(agent -> wanted.account(AccountId.of(agent)));
                                wanted.account(SystemAccount.issued(wanted.lane()));
                            },
                            books -> {
                                more.forEach(agent -> books.post(Posting.move(
                                        EntryKind.TOKENS_ISSUED,
                                        SystemAccount.issued(books.lane()).id(),
                                        AccountId.of(agent),
                                        RICH)));
                                return books.lane();
                            });
        });
        agents.addAll(more);
    }

    /// As many transfers of a peer on one day as a busy day has; what else would have come with them is left out.
    void receive(int number, int day) {
        execute("""
                insert into inbox (id, peer, outcome, bucket_day, micros)
                select gen_random_uuid(), '%s', '', %d, 1000000 from generate_series(1, %d)
                """.formatted(PEER, day, number), "vacuum analyze inbox");
    }

    /// Transfers with a fee between random accounts, through the group commit.
    ClosedLoop.Result pay(int clients, Duration warmUp, Duration time) {
        server.settle();
        return ClosedLoop.virtual()
                .run(
                        clients,
                        warmUp,
                        time,
                        client -> keep(registry.commit()
                                .submit(LedgerStage.transfer(transfers, agents))
                                .join()
                                .getTransferId()));
    }

    private void keep(String transfer) {
        long number = payments.getAndIncrement();
        if (number % KEPT_OF == 0) {
            paid.set((int) (number / KEPT_OF % KEPT), transfer);
        }
    }

    /// Pays until the journal has so many entries.
    void fill(long entries, int clients) {
        while (entries() < entries) {
            pay(clients, Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    long entries() {
        return database.read(registry.ledger()::heads).stream()
                .mapToLong(head -> head.number())
                .sum();
    }

    /// What a registry does by itself to prove its books.
    void keepProof() {
        for (Chore chore : registry.chores()) {
            if (List.of("checkpoints", "checkpoints-exchange", "statements").contains(chore.name())) {
                chore.work().run();
            }
        }
    }

    /// What a peer asks for that looks for a difference in a day's transfers: all of them are counted and hashed.
    void state(int day) {
        ListCreditsRequest request = ListCreditsRequest.newBuilder().setDay(day).build();
        inbox.get().orElseThrow().credits(PEER, request).toCompletableFuture().join();
    }

    /// The receipt of one of the latest transfers; empty when no checkpoint covers it yet.
    Optional<Receipt> receipt() {
        String transfer = paid.get(ThreadLocalRandom.current().nextInt(KEPT));
        if (transfer == null) {
            return Optional.empty();
        }
        CompletableFuture<Optional<Receipt>> answer = new CompletableFuture<>();
        String trace = Trace.next("", ThreadLocalRandom.current()::nextLong);
        Call call = new Call(new Caller.Operator("bench", 1), Optional.empty(), trace);
        call.in(Context.ROOT)
                .run(() -> audit.getReceipt(
                        GetReceiptRequest.newBuilder().setId(transfer).build(), new StreamObserver<>() {
                            @Override
                            public void onNext(Receipt receipt) {
                                answer.complete(Optional.of(receipt));
                            }

                            @Override
                            public void onError(Throwable failure) {
                                if (failure instanceof RefusedException refused
                                        && refused.reason() == Reason.NOT_YET_PROVEN) {
                                    answer.complete(Optional.empty());
                                } else {
                                    answer.completeExceptionally(failure);
                                }
                            }

                            @Override
                            public void onCompleted() {}
                        }));
        return answer.join();
    }

    /// @throws IllegalStateException when the books are wrong
    void verify() {
        RegistryId id = config.registry();
        Verification.Report report =
                new Verification(database, id, keys.signing().verifyKey()::verify).run((checked, total) -> {});
        if (!report.holds()) {
            throw new IllegalStateException(report.fault().orElseThrow().toString());
        }
    }

    HikariDataSource source() {
        return source;
    }

    void execute(String... statements) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's database did not do as told", e);
        }
    }

    @Override
    public void close() {
        registry.close();
        source.close();
    }
}
