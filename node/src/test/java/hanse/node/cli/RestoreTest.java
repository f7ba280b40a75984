package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.TransferRequest;
import hanse.node.Node;
import hanse.node.audit.Checkpoints;
import hanse.node.config.Setting;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Operating;
import hanse.node.testing.Postgres;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A registry is restored from a backup that is older than what its peer has seen of it.
@Timeout(180)
final class RestoreTest {
    @TempDir
    Path directory;

    private final Postgres.Fresh first = Postgres.fresh();
    private final Postgres.Fresh second = Postgres.fresh();
    private final Postgres.Fresh others = Postgres.fresh();
    private NodeHome alphaHome;
    private NodeHome betaHome;
    private Path backup;
    private Credentials alice;
    private Credentials bob;

    @BeforeEach
    void homes() {
        alphaHome = new NodeHome(directory.resolve("alpha"), "alpha.example", first, Map.of());
        betaHome = new NodeHome(directory.resolve("beta"), "beta.example", others, Map.of());
        backup = directory.resolve("backup");
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        others.close();
    }

    @Test
    void anOldBackupPaysNothingUntilItsOperatorKnowsWhatIsLost() throws Exception {
        try (Node beta = betaHome.start();
                HanseClient atBeta = betaHome.client()) {
            try (Node alpha = alphaHome.start();
                    HanseClient atAlpha = alphaHome.client()) {
                settle(atAlpha, atBeta);
                Said.of(alphaHome, "backup", backup.toString()).done();
                send(atAlpha, "50");
                checkpoint(first, alphaHome);
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    exchangeNow(first);
                    return Operating.show(atBeta.as(betaHome.operator()), "alpha.example")
                                    .getCheckpoint()
                            > 1;
                });
                assertThat(alpha.grpcPort()).isNotEqualTo(beta.grpcPort());
            }

            NodeHome restored = restored();
            try (Node alpha = restored.start();
                    HanseClient atAlpha = restored.client()) {
                assertThat(Operating.refusal(() -> atAlpha.as(alice)
                                .ledger()
                                .transfer(TransferRequest.newBuilder()
                                        .setTo("alice@public")
                                        .setAmount("1")
                                        .build())))
                        .isEqualTo(Reason.RECONCILING);
                assertThat(balance(atAlpha, alice)).as("reading goes on").isEqualTo("100");
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    exchangeNow(second);
                    return Said.of(restored, "peer", "show", "beta.example")
                            .done()
                            .contains("✗ covers block");
                });
                assertThat(Operating.refusal(() -> send(atAlpha, "100"))).isEqualTo(Reason.RECONCILING);
                assertThat(Said.of(restored, "peer", "list").done()).contains("RECONCILING");
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    exchangeNow(second);
                    return !Operating.show(atBeta.as(betaHome.operator()), "alpha.example")
                            .getCheckpointAlarm()
                            .isEmpty();
                });
                assertThat(Said.of(betaHome, "peer", "show", "alpha.example").done())
                        .containsAnyOf("rolled back", "there are two of its checkpoint");
                Said missing = Said.of(restored, "audit", "federation");
                assertThat(missing.code()).isEqualTo(1);
                assertThat(missing.out()).contains("✗ DOES NOT HOLD");
                Said verified = Said.of(restored, "audit", "verify");
                assertThat(verified.code()).isEqualTo(1);
                assertThat(verified.out()).contains("as beta.example keeps it");

                Said.of(restored, "destroy", alice.subject(), "50").refused("RECONCILING");
                Said.of(restored, "freeze", alice.subject()).done();
                Said.of(restored, "peer", "accept-journal", "beta.example", "--ours")
                        .done();
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(Operating.refusal(() -> send(atAlpha, "100")))
                                .isEqualTo(Reason.ACCOUNT_FROZEN));
                Said.of(restored, "destroy", alice.subject(), "50").done();
                Said.of(restored, "unfreeze", alice.subject()).done();
                await().atMost(Duration.ofSeconds(30))
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(send(atAlpha, "1").getState())
                                .isEqualTo(CrossRegistryTransferResponse.State.EXPORTED));
                Said.of(restored, "audit", "verify").done();
                assertThat(alpha.opsPort()).isPositive();
            }
        }
    }

    @Test
    void whatNoCheckpointCoversIsMissedByTheTotals() throws Exception {
        try (Node beta = betaHome.start();
                HanseClient atBeta = betaHome.client()) {
            try (Node alpha = alphaHome.start();
                    HanseClient atAlpha = alphaHome.client()) {
                settle(atAlpha, atBeta);
                Said.of(alphaHome, "backup", backup.toString()).done();
                exchange(first, "now() + interval '1 day'");
                send(atAlpha, "50");
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> !balance(atBeta, bob).equals("0"));
                assertThat(alpha.grpcPort()).isNotEqualTo(beta.grpcPort());
            }

            NodeHome restored = restored();
            try (Node alpha = restored.start();
                    HanseClient atAlpha = restored.client()) {
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    exchangeNow(second);
                    return Said.of(restored, "peer", "show", "beta.example")
                            .done()
                            .contains("✗ of what passed between us it knows more");
                });
                exchangeNow(second);
                assertThat(Operating.refusal(() -> send(atAlpha, "100"))).isEqualTo(Reason.RECONCILING);
                Said.of(restored, "peer", "accept-journal", "beta.example", "--ours")
                        .done();
                await().atMost(Duration.ofSeconds(30))
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(send(atAlpha, "1").getState())
                                .isEqualTo(CrossRegistryTransferResponse.State.EXPORTED));
                assertThat(alpha.opsPort()).isPositive();
            }
        }
    }

    @Test
    void aBackupKeepsKeysFromOthersAndIsRefusedWhenItWasAltered() throws Exception {
        try (Node alpha = alphaHome.start()) {
            Said.of(alphaHome, "backup", backup.toString()).done();
            Said.of(alphaHome, "backup", backup.toString()).refused("is there already");
            assertThat(alpha.grpcPort()).isPositive();
        }
        assertThat(mode(backup)).isEqualTo("rwx------");
        assertThat(mode(backup.resolve("keys/signing.key"))).isEqualTo("rw-------");
        Path table = backup.resolve("tables/journal.copy");
        byte[] bytes = Files.readAllBytes(table);
        bytes[bytes.length - 3] ^= 1;
        Files.write(table, bytes);
        NodeHome home = new NodeHome(directory.resolve("other"), "alpha.example", second, Map.of());
        assertThat(run(
                        "restore",
                        backup.toString(),
                        "--dir",
                        home.config().directory().toString()))
                .contains("journal.copy was altered");
    }

    private void settle(HanseClient atAlpha, HanseClient atBeta) {
        Operating.peer(atAlpha.as(alphaHome.operator()), atBeta.as(betaHome.operator()));
        alice = atAlpha.register(AgentKey.generate(), "alice");
        bob = atBeta.register(AgentKey.generate(), "bob");
        Operating.deposit(atAlpha.as(alphaHome.operator()), alice.subject(), "100");
    }

    private static String balance(HanseClient client, Credentials agent) {
        return client.as(agent)
                .ledger()
                .getBalance(GetBalanceRequest.newBuilder()
                        .setAgentId(agent.subject())
                        .build())
                .getBalance();
    }

    private NodeHome restored() {
        NodeHome home = new NodeHome(
                directory.resolve("restored"),
                "alpha.example",
                second,
                Map.of(
                        Setting.PORT_GRPC,
                                Integer.toString(alphaHome.config().ports().grpc()),
                        Setting.PORT_PEER,
                                Integer.toString(alphaHome.config().ports().peer())));
        assertThat(run(
                        "restore",
                        backup.toString(),
                        "--dir",
                        home.config().directory().toString()))
                .contains("pays nothing until it has reconciled");
        return home;
    }

    private CrossRegistryTransferResponse send(HanseClient client, String amount) {
        return client.as(alice)
                .ledger()
                .crossRegistryTransfer(CrossRegistryTransferRequest.newBuilder()
                        .setTo("did:theprotocol:beta.example:" + bob.subject())
                        .setAmount(amount)
                        .build());
    }

    /// As every minute.
    private static void checkpoint(Postgres.Fresh books, NodeHome home) {
        SigningKey key = SigningKey.openOrCreate(home.config().keys().resolve("signing.key"));
        assertThat(new Checkpoints(
                                new Database(books.pool(), InstantSource.system()),
                                new Ledger(1),
                                home.config().registry(),
                                key::sign)
                        .make())
                .isTrue();
    }

    /// Whoever looks for due work finds it.
    private static void exchangeNow(Postgres.Fresh books) throws SQLException {
        exchange(books, "now()");
    }

    /// Has checkpoints exchanged at that time.
    private static void exchange(Postgres.Fresh books, String time) throws SQLException {
        try (Connection connection = books.pool().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            statement.execute("update scheduled_tasks set execution_time = " + time
                    + " where task_name = 'checkpoints-exchange' and not picked");
        }
    }

    private static String run(String... words) {
        StringWriter out = new StringWriter();
        Hanse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(words);
        return out.toString();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
