package hanse.node.cli;

import hanse.node.NodeKeys;
import hanse.node.config.ConfigFile;
import hanse.node.config.ConfigTemplate;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `hanse init`: everything a node needs on one real host.
@Command(
        name = "init",
        description = "Write the settings, keys and certificate authority of a new node.",
        footer = {"", "Then: hanse serve --config DIR/hanse.yaml"})
final class InitCommand implements Callable<Integer> {
    @Option(
            names = "--registry",
            required = true,
            paramLabel = "ID",
            description = "The registry's id, such as alpha.example. Never changes.")
    private String registry = "";

    @Option(
            names = "--host",
            required = true,
            paramLabel = "HOST",
            split = ",",
            description = "A host name or address under which clients and peers reach this node; may be repeated.")
    private List<String> hosts = List.of();

    @Option(names = "--dir", paramLabel = "DIR", description = "Where to (default: ${DEFAULT-VALUE}).")
    private Path dir = Path.of(".");

    @Option(
            names = "--jdbc-url",
            paramLabel = "URL",
            description = "PostgreSQL to use; otherwise the node runs its own.")
    private String jdbcUrl = "";

    @Option(
            names = "--jdbc-user",
            paramLabel = "USER",
            description = "User of that database; the password goes to HANSE_DATABASE_PASSWORD.")
    private String jdbcUser = "";

    @Option(
            names = "--ports",
            paramLabel = "N",
            description = "gRPC at N+1, REST at N+2, peers at N+3, metrics at N+4 (default: ${DEFAULT-VALUE}).")
    private int ports = 7100;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        Map<Setting, String> chosen = new EnumMap<>(Setting.class);
        chosen.put(Setting.REGISTRY, registry);
        chosen.put(Setting.HOSTS, String.join(",", hosts));
        chosen.put(Setting.PORT_GRPC, Integer.toString(ports + 1));
        chosen.put(Setting.PORT_REST, Integer.toString(ports + 2));
        chosen.put(Setting.PORT_PEER, Integer.toString(ports + 3));
        chosen.put(Setting.PORT_OPS, Integer.toString(ports + 4));
        if (!jdbcUrl.isEmpty()) {
            chosen.put(Setting.JDBC_URL, jdbcUrl);
            chosen.put(Setting.JDBC_USER, jdbcUser);
        }
        NodeConfig config = create(dir, chosen);
        var out = spec.commandLine().getOut();
        out.println("registry      " + config.registry());
        out.println(
                "settings      " + dir.resolve(ConfigFile.NAME).toAbsolutePath().normalize());
        out.println("CA for clients " + config.caFile());
        out.println("operator key  " + config.operatorKey(NodeKeys.FIRST_OPERATOR)
                + "  (mode 600: whoever has it operates this node)");
        out.println("Keep a copy of " + config.keys()
                + ": peers know this registry by its keys, and nobody can make them again.");
        out.println();
        out.println("Next: hanse serve --config " + dir.resolve(ConfigFile.NAME));
        out.flush();
        return 0;
    }

    /// Writes settings and keys; an existing node is left alone.
    static NodeConfig create(Path dir, Map<Setting, String> chosen) throws IOException {
        Path file = dir.resolve(ConfigFile.NAME);
        if (Files.exists(file)) {
            throw CommandException.failed("There is a node in "
                    + dir.toAbsolutePath().normalize() + " already; its settings are not overwritten.");
        }
        Files.createDirectories(dir);
        String text = ConfigTemplate.write(chosen);
        // Checked before anything is written under its name.
        Path fresh = Files.writeString(dir.resolve(ConfigFile.NAME + ".new"), text);
        NodeConfig config;
        try {
            config = ConfigFile.read(fresh);
        } catch (RuntimeException e) {
            Files.delete(fresh);
            throw e;
        }
        NodeKeys.open(config, InstantSource.system());
        NodeKeys.firstOperator(config);
        Files.move(fresh, file);
        return config;
    }
}
