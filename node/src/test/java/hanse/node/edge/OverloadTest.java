package hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.agent.v1.AgentServiceGrpc;
import hanse.agent.v1.GetAgentRequest;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.GroupCommit;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.GuardedRegistry.Options;
import hanse.node.testing.Party;
import hanse.node.testing.Reply;
import io.grpc.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// More calls than the node gets done in time.
@Timeout(60)
final class OverloadTest {
    private static final int CALLS = 40;
    private static final Executor CLIENTS = Thread::startVirtualThread;

    /// One at a time, and as good as nobody may wait: once a first one is done.
    private static final GroupCommit.Settings NARROW = new GroupCommit.Settings(1, 100, Duration.ofNanos(1), true);

    @Test
    void whatWouldWaitTooLongIsRefusedWithAReasonAndATimeAndNothingAcceptedIsLost() throws Exception {
        try (GuardedRegistry registry = new GuardedRegistry(Options.standard().writing(NARROW))) {
            Party alice = registry.register();
            Party bob = registry.register();
            deposit(registry, alice, "100");
            assertThat(transfer(alice, bob).isOk()).isTrue();

            List<Reply<TransferResponse>> answered = new CopyOnWriteArrayList<>();
            List<CompletableFuture<Reply<TransferResponse>>> calls;
            CompletableFuture<Void> operators;
            try (Connection stalled = stall(registry)) {
                calls = IntStream.range(0, CALLS)
                        .mapToObj(_ -> CompletableFuture.supplyAsync(() -> transfer(alice, bob), CLIENTS)
                                .whenComplete((reply, _) -> answered.add(reply)))
                        .toList();
                await().until(() -> answered.size() >= CALLS / 2);

                Reply<?> forged =
                        alice.with(SigningKey.generate()).call(LedgerServiceGrpc.getTransferMethod(), request(bob));
                assertThat(forged.reason())
                        .as("it is refused before its signature is looked at")
                        .isEqualTo(Reason.OVERLOADED);
                assertThat(alice.call(AgentServiceGrpc.getGetAgentMethod(), get(bob))
                                .isOk())
                        .as("who only reads waits for nobody")
                        .isTrue();
                operators = CompletableFuture.runAsync(() -> deposit(registry, bob, "1"), CLIENTS);
                assertThat(answered).allSatisfy(reply -> {
                    assertThat(reply.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(reply.reason()).isEqualTo(Reason.OVERLOADED);
                    assertThat(reply.retry().orElseThrow().getRetryDelay().getSeconds())
                            .isPositive();
                });
                stalled.rollback();
            }

            operators.join();
            long done = calls.stream()
                    .map(CompletableFuture::join)
                    .filter(Reply::isOk)
                    .count();
            assertThat(done).isPositive();
            assertThat(done + answered.stream().filter(reply -> !reply.isOk()).count())
                    .isEqualTo(CALLS);
            assertThat(balance(registry, alice)).isEqualTo(100_000_000 - (done + 1) * 1_000_000);
        }
    }

    /// Keeps every lane from being written.
    private static Connection stall(GuardedRegistry registry) throws SQLException {
        Connection connection = registry.postgres.pool().getConnection();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("select id from lane for update");
        }
        return connection;
    }

    private static Reply<TransferResponse> transfer(Party from, Party to) {
        return from.call(LedgerServiceGrpc.getTransferMethod(), request(to));
    }

    private static TransferRequest request(Party to) {
        return TransferRequest.newBuilder()
                .setTo(to.name())
                .setAmount("1")
                .setRequestId(UUID.randomUUID().toString())
                .build();
    }

    private static void deposit(GuardedRegistry registry, Party agent, String amount) {
        registry.operator()
                .call(
                        LedgerServiceGrpc.getDepositMethod(),
                        DepositRequest.newBuilder()
                                .setAgentId(agent.name())
                                .setAmount(amount)
                                .setRequestId(UUID.randomUUID().toString())
                                .build())
                .answer();
    }

    private static GetAgentRequest get(Party agent) {
        return GetAgentRequest.newBuilder().setAgentId(agent.name()).build();
    }

    private static long balance(GuardedRegistry registry, Party agent) {
        return registry.database.read(tx -> registry.ledger
                .find(tx, AccountId.of(registry.id(agent)))
                .orElseThrow()
                .balance());
    }
}
