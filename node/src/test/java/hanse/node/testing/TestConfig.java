package hanse.node.testing;

import hanse.node.config.ConfigFile;
import hanse.node.config.ConfigTemplate;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Settings of a node that listens on loopback, at ports left to chance.
public final class TestConfig {
    public static final String REGISTRY = "alpha.example";

    private TestConfig() {}

    /// Writes them into a directory, and reads them as `serve` does.
    public static NodeConfig write(Path directory, Map<Setting, String> more) throws IOException {
        Map<Setting, String> chosen = new EnumMap<>(Setting.class);
        chosen.put(Setting.REGISTRY, REGISTRY);
        chosen.put(Setting.BIND, "127.0.0.1");
        for (Setting port : List.of(Setting.PORT_GRPC, Setting.PORT_REST, Setting.PORT_PEER, Setting.PORT_OPS)) {
            chosen.put(port, "0");
        }
        chosen.putAll(more);
        Path file = directory.resolve(ConfigFile.NAME);
        Files.writeString(file, ConfigTemplate.write(chosen));
        return ConfigFile.read(file, Map.of());
    }

    /// The first operator of a node that was started with them.
    public static Credentials operator(NodeConfig config) {
        try {
            return Credentials.operator(
                    "admin",
                    AgentKey.read(config.operatorKey("admin")),
                    config.registry().value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
