package hanse.node;

import static hanse.node.testing.Operating.deposit;
import static hanse.node.testing.Operating.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;
import hanse.node.config.Setting;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Party;
import hanse.node.testing.Postgres;
import hanse.node.testing.Reply;
import hanse.node.testing.TestRegistry;
import hanse.node.testing.Wire;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.wire.Headers;
import io.grpc.Metadata;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes of one registry: the same keys, the same database, ports of their own.
@Timeout(120)
class TwoNodesTest {
    private static final String NAME = TestRegistry.NAME.value();

    @TempDir
    Path directory;

    private final Postgres.Fresh database = Postgres.fresh();
    private NodeHome first;
    private NodeHome second;

    @BeforeEach
    void settle() {
        Map<Setting, String> shared =
                Map.of(Setting.KEYS, directory.resolve("keys").toString());
        first = new NodeHome(directory.resolve("first"), NAME, database, shared);
        second = new NodeHome(directory.resolve("second"), NAME, database, shared);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aSignatureThatOneAcceptedIsRefusedByTheOtherAndAfterARestart() {
        Node one = first.start();
        try (Node other = second.start();
                HanseClient atOther = second.client()) {
            Party alice;
            Party bob;
            TransferRequest request;
            Metadata signed;
            TransferResponse answer;
            try (HanseClient atOne = first.client()) {
                alice = register(atOne);
                bob = register(atOne);
                deposit(atOne.as(first.operator()), alice.name(), "10");
                request = TransferRequest.newBuilder()
                        .setTo(bob.name())
                        .setAmount("1")
                        .setRequestId("once")
                        .build();
                signed = alice.signed(LedgerServiceGrpc.getTransferMethod(), request);
                answer = send(alice, request, signed).answer();
                assertThat(send(alice, request, signed).reason()).isEqualTo(Reason.SIGNATURE_REPLAYED);
            }
            alice = alice.over(atOther.channel());
            assertThat(send(alice, request, signed).reason()).isEqualTo(Reason.SIGNATURE_REPLAYED);
            one.close();
            one = first.start();
            try (HanseClient again = first.client()) {
                assertThat(send(alice.over(again.channel()), request, signed).reason())
                        .isEqualTo(Reason.SIGNATURE_REPLAYED);
            }
            // Signed afresh the same request has the same answer, wherever it is asked.
            Reply<TransferResponse> repeat = alice.call(LedgerServiceGrpc.getTransferMethod(), request);
            assertThat(repeat.answer()).isEqualTo(answer);
            assertThat(repeat.header(Headers.IDEMPOTENT_REPLAYED)).contains("true");
            assertThat(balance(atOther.as(second.operator()), bob.name())).isEqualTo("0.995");
            assertThat(other.config().registry().value()).isEqualTo(NAME);
        } finally {
            one.close();
        }
    }

    private static Reply<TransferResponse> send(Party from, TransferRequest request, Metadata signed) {
        return from.send(LedgerServiceGrpc.getTransferMethod(), request, signed);
    }

    private static Party register(HanseClient client) {
        Party newcomer = new Party("", SigningKey.generate(), InstantSource.system(), client.channel());
        return newcomer.named(newcomer.register(TestRegistry.NAME).answer().getAgentId());
    }

    /// A process is killed in the midst of a sweep and with a message that has not gone out. Its claims end, and the
    /// other process does both.
    @Test
    void sweepsAndThePumpAreTakenOverFromAProcessThatIsKilled() throws Exception {
        try (Wire wire = new Wire();
                Postgres.Fresh betaBooks = Postgres.fresh()) {
            NodeHome betaHome = new NodeHome(
                    directory.resolve("beta"),
                    "beta.example",
                    betaBooks,
                    Map.of(Setting.PEER_ENDPOINT, "localhost:" + wire.port()));
            wire.to(betaHome.config().ports().peer());
            Process victim = first.serve();
            try (Node beta = betaHome.start();
                    HanseClient atBeta = betaHome.client()) {
                Credentials alice;
                Credentials weather = atBeta.register(AgentKey.generate(), "weather");
                AuthorizeResponse unused;
                CrossRegistryTransferResponse onItsWay;
                try (HanseClient atVictim = first.client()) {
                    HanseClient operator = atVictim.as(first.operator());
                    peer(operator, atBeta.as(betaHome.operator()));
                    alice = atVictim.register(AgentKey.generate(), "alice");
                    Credentials bob = atVictim.register(AgentKey.generate(), "bob");
                    deposit(operator, alice.subject(), "100");
                    unused = atVictim.as(alice)
                            .payments()
                            .authorize(AuthorizeRequest.newBuilder()
                                    .setPayee(bob.subject())
                                    .setAmount("3")
                                    .build());
                    wire.cut();
                    onItsWay = atVictim.as(alice)
                            .ledger()
                            .crossRegistryTransfer(CrossRegistryTransferRequest.newBuilder()
                                    .setTo("did:theprotocol:beta.example:" + weather.subject())
                                    .setAmount("10")
                                    .build());
                    assertThat(onItsWay.getState()).isEqualTo(CrossRegistryTransferResponse.State.PREPARED);
                }
                UUID pump = read("select pump_owner from peer");
                Node survivor;
                try (Connection blocker = database.pool().getConnection()) {
                    blocker.setAutoCommit(false);
                    execute(blocker, "select 1 from account where id = '" + alice.subject() + "' for update");
                    try (Connection other = database.pool().getConnection()) {
                        execute(other, "update payment set expires_at = now() - interval '1 second'");
                    }
                    await("the sweep is under way")
                            .atMost(Duration.ofSeconds(30))
                            .until(() -> this.<Boolean>read(
                                    "select picked from scheduled_tasks where task_name = 'payments-expire'"));
                    await("it waits")
                            .atMost(Duration.ofSeconds(30))
                            .until(() -> this.<Long>read("select count(*) from pg_locks where not granted") > 0);
                    survivor = second.start();
                    victim.destroyForcibly().waitFor();
                    blocker.rollback();
                }
                try (survivor;
                        HanseClient atSurvivor = second.client()) {
                    wire.restore();
                    HanseClient asAlice = atSurvivor.as(alice);
                    await("the sweep is taken over")
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> asAlice.payments()
                                            .getPayment(GetPaymentRequest.newBuilder()
                                                    .setPaymentId(unused.getPaymentId())
                                                    .build())
                                            .getState()
                                    == Payment.State.EXPIRED);
                    await("the pump is taken over")
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> asAlice.ledger()
                                            .getCrossRegistryTransfer(GetCrossRegistryTransferRequest.newBuilder()
                                                    .setTransferId(onItsWay.getTransferId())
                                                    .build())
                                            .getState()
                                    == CrossRegistryTransferResponse.State.EXPORTED);
                    assertThat(this.<UUID>read("select pump_owner from peer")).isNotEqualTo(pump);
                    assertThat(balance(asAlice, alice.subject())).isEqualTo("90");
                    assertThat(balance(atBeta.as(weather), weather.subject())).isEqualTo("9.95");
                    assertThat(asAlice.ledger()
                                    .getSupply(GetSupplyRequest.getDefaultInstance())
                                    .getHolds())
                            .isTrue();
                }
            } finally {
                victim.destroyForcibly();
            }
        }
    }

    private static String balance(HanseClient client, String agent) {
        return client.ledger()
                .getBalance(GetBalanceRequest.newBuilder().setAgentId(agent).build())
                .getAvailable();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @SuppressWarnings("unchecked") // the caller knows its column
    private <T> T read(String query) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return (T) rows.getObject(1);
        }
    }
}
