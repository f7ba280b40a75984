package hanse.node.wires;

import hanse.bridge.Bridge;
import hanse.node.Node;
import hanse.node.cli.HttpFront;
import hanse.node.cli.Https;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestConfig;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/// A node with its bridge as `serve` runs them: a database of its own, TLS on every port, limits too wide to matter.
final class ServedNode implements AutoCloseable {
    private final Postgres.Fresh database = Postgres.fresh();
    private final Node node;
    private final Bridge bridge;

    ServedNode(Path directory) throws IOException {
        this(directory, Map.of());
    }

    /// @param more settings over the usual ones
    ServedNode(Path directory, Map<Setting, String> more) throws IOException {
        Map<Setting, String> settings = new EnumMap<>(Setting.class);
        settings.put(Setting.JDBC_URL, database.url());
        settings.put(Setting.JDBC_USER, database.username());
        settings.put(Setting.JDBC_PASSWORD, database.password());
        settings.put(Setting.PEER_ENDPOINT, "localhost:7103");
        settings.put(Setting.RATE_FACTOR, "1000000");
        settings.put(Setting.FAUCET, "true");
        settings.putAll(more);
        node = Node.start(TestConfig.write(directory, settings));
        bridge = HttpFront.start(node);
    }

    NodeConfig config() {
        return node.config();
    }

    /// `host:port` of the gRPC port.
    String grpc() {
        return "localhost:" + node.grpcPort();
    }

    /// URL of the REST port.
    String rest() {
        return "https://localhost:" + bridge.port();
    }

    /// A connection that signs nothing.
    HanseClient client() throws IOException {
        return HanseClient.connect(
                grpc(), config().caFile(), config().registry().value());
    }

    /// HTTP that trusts the registry's CA.
    HttpClient http() throws IOException {
        return Https.client(config().caFile());
    }

    Credentials operator() {
        return TestConfig.operator(config());
    }

    @Override
    public void close() {
        bridge.close();
        node.close();
        database.close();
    }
}
