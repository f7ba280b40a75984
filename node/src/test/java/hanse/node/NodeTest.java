package hanse.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hanse.ledger.v1.DepositResponse;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.node.config.NodeConfig;
import hanse.node.testing.Operating;
import hanse.node.testing.TestConfig;
import hanse.sdk.AgentKey;
import hanse.sdk.HanseClient;
import hanse.sdk.HanseException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole node with its own PostgreSQL, as `serve` starts it.
final class NodeTest {
    @TempDir
    Path directory;

    @Test
    void startsServesAndStopsAndFindsItsDataAgain() throws Exception {
        NodeConfig config = config();
        String alice;
        try (Node node = Node.start(config)) {
            assertThat(mode(config.operatorKey("admin"))).isEqualTo("rw-------");
            assertThat(get(node, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(node, "/readyz").body()).isEqualTo("ready\n");
            try (HanseClient client = client(node)) {
                alice = register(client);
                assertThat(deposit(node, client, alice, "5").getBalance()).isEqualTo("5");
                assertThat(HealthGrpc.newBlockingStub(client.channel())
                                .check(HealthCheckRequest.getDefaultInstance())
                                .getStatus())
                        .isEqualTo(ServingStatus.SERVING);
            }
            String metrics = get(node, "/metrics").body();
            assertThat(metrics)
                    .contains(
                            "hanse_rpc_seconds_count{outcome=\"OK\",registry=\"alpha.example\",rpc=\"hanse.ledger.v1.LedgerService/Deposit\"} 1")
                    .contains("hanse_commit_batch_size")
                    .contains("hanse_commit_time_seconds")
                    .contains("jvm_memory_used_bytes")
                    .contains("hikaricp_connections_active");
            assertThat(get(node, "/elsewhere").statusCode()).isEqualTo(404);
        }
        try (Node again = Node.start(config);
                HanseClient client = client(again)) {
            assertThat(deposit(again, client, alice, "1").getBalance()).isEqualTo("6");
            assertThat(client.ledger()
                            .getSupply(GetSupplyRequest.getDefaultInstance())
                            .getHolds())
                    .isTrue();
        }
    }

    @Test
    void doesNotStartOnADatabaseThatHasMetOtherKeys() throws Exception {
        NodeConfig config = config();
        Node.start(config).close();
        Path secret = config.keys().resolve("token.secret");
        String before = Files.readString(secret);
        Files.writeString(secret, "ab".repeat(32) + "\n");
        assertThatThrownBy(() -> Node.start(config))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("token.secret");
        Files.writeString(secret, before);
        Node.start(config).close();
    }

    @Test
    void finishesCallsUnderWayBeforeItStops() throws Exception {
        NodeConfig config = config();
        Node node = Node.start(config);
        try (HanseClient client = client(node)) {
            String alice = register(client);
            CompletableFuture<DepositResponse> underWay;
            CompletableFuture<Void> stopped;
            try (Connection blocker = database(config)) {
                blocker.setAutoCommit(false);
                try (var statement = blocker.createStatement()) {
                    statement.execute("select 1 from account where id = '" + alice + "' for update");
                }
                underWay = CompletableFuture.supplyAsync(() -> deposit(node, client, alice, "5"));
                awaitWaiting(blocker);
                node.announceStop();
                assertThat(get(node, "/readyz").statusCode()).isEqualTo(503);
                assertThat(get(node, "/healthz").statusCode()).isEqualTo(200);
                stopped = CompletableFuture.runAsync(node::close);
                assertThat(stopped).isNotDone();
                blocker.rollback();
            }
            assertThat(underWay.get(10, TimeUnit.SECONDS).getBalance()).isEqualTo("5");
            stopped.get(30, TimeUnit.SECONDS);
            assertThat(catchThrowableOfType(
                            HanseException.class,
                            () -> HanseException.translate(() -> client.ledger()
                                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                                    .getSupply(GetSupplyRequest.getDefaultInstance()))))
                    .isNotNull();
        } finally {
            node.close();
        }
    }

    @Test
    void comesBackByItselfWhenItsDatabaseWasKilled() throws Exception {
        NodeConfig config = config();
        try (Node node = Node.start(config)) {
            long postmaster = Long.parseLong(pidFile(config).getFirst());
            ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();
            Awaitility.await("the node comes back by itself")
                    // A sweep that was under way fails in its own thread, and is made again.
                    .dontCatchUncaughtExceptions()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !pidFile(config).isEmpty()
                            && !pidFile(config).getFirst().equals(Long.toString(postmaster))
                            && get(node, "/readyz").statusCode() == 200);
            try (HanseClient client = client(node)) {
                assertThat(deposit(node, client, register(client), "5").getBalance())
                        .isEqualTo("5");
            }
        }
    }

    private NodeConfig config() throws IOException {
        return TestConfig.write(directory, Map.of());
    }

    private static HanseClient client(Node node) throws IOException {
        return HanseClient.connect("127.0.0.1:" + node.grpcPort(), node.config().caFile(), "alpha.example");
    }

    private static String register(HanseClient client) {
        return client.register(AgentKey.generate(), "alice").subject();
    }

    private static DepositResponse deposit(Node node, HanseClient client, String agent, String amount) {
        return Operating.deposit(client.as(TestConfig.operator(node.config())), agent, amount);
    }

    private static Connection database(NodeConfig config) throws Exception {
        Path postgres = directory(config);
        // The fourth line of PostgreSQL's pid file is its port.
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + pidFile(config).get(3).strip() + "/hanse",
                "hanse",
                Files.readString(postgres.resolve("password")).strip());
    }

    private static Path directory(NodeConfig config) {
        return config.directory().resolve("postgres");
    }

    private static List<String> pidFile(NodeConfig config) {
        try {
            return Files.readAllLines(directory(config).resolve("data/postmaster.pid"));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static void awaitWaiting(Connection blocker) {
        Awaitility.await("a call waits for the lock")
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    try (var statement = blocker.createStatement();
                            var rows = statement.executeQuery("select count(*) from pg_locks where not granted")) {
                        rows.next();
                        return rows.getInt(1) > 0;
                    }
                });
    }

    private static HttpResponse<String> get(Node node, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.opsPort() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
