package hanse.node.testing;

import hanse.node.Node;
import hanse.node.cli.Hanse;
import hanse.node.config.ConfigFile;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.peer.v1.GetRegistryRequest;
import hanse.peer.v1.RegistryServiceGrpc;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/// Where a whole node lives: its settings, keys and ports, on a database of the tests' server. It runs in this process,
/// or in one of its own, which can be killed.
public final class NodeHome {
    private final NodeConfig config;

    /// @param more settings over the usual ones
    public NodeHome(Path directory, String registry, Postgres.Fresh database, Map<Setting, String> more) {
        Map<Setting, String> chosen = new EnumMap<>(Setting.class);
        chosen.put(Setting.REGISTRY, registry);
        chosen.put(Setting.PUBLIC_URL, "https://" + registry);
        chosen.put(Setting.PORT_GRPC, Integer.toString(Ports.free()));
        chosen.put(Setting.PORT_PEER, Integer.toString(Ports.free()));
        chosen.put(Setting.JDBC_URL, database.url());
        chosen.put(Setting.JDBC_USER, database.username());
        chosen.put(Setting.JDBC_PASSWORD, database.password());
        chosen.put(Setting.POOL, "16");
        chosen.put(Setting.DRAIN_SECONDS, "1");
        chosen.put(Setting.RATE_FACTOR, "1000");
        // Tests count every micro-AVT; drills run with canaries.
        chosen.put(Setting.PEER_CANARY, "false");
        chosen.putAll(more);
        try {
            Files.createDirectories(directory);
            config = TestConfig.write(directory, chosen);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public NodeConfig config() {
        return config;
    }

    /// Starts the node in this process.
    public Node start() {
        try {
            return Node.start(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts the node as a process of its own.
    public Process serve() {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Hanse.class.getName(),
                            "serve",
                            "--config",
                            config.directory().resolve(ConfigFile.NAME).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(config.directory().resolve("node.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A caller that signs nothing; waits until the node answers.
    public HanseClient client() {
        Awaitility.await("the node has a certificate")
                .atMost(Duration.ofSeconds(60))
                .until(() -> Files.exists(config.caFile()));
        try {
            HanseClient client = HanseClient.connect(
                    "127.0.0.1:" + config.ports().grpc(),
                    config.caFile(),
                    config.registry().value());
            var unused = RegistryServiceGrpc.newBlockingStub(client.channel())
                    .withWaitForReady()
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .getRegistry(GetRegistryRequest.getDefaultInstance());
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The first operator.
    public Credentials operator() {
        return TestConfig.operator(config);
    }
}
