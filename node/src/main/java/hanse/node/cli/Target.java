package hanse.node.cli;

import hanse.node.config.ConfigFile;
import hanse.node.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which node is asked, and who asks.
final class Target {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "A node's directory (with hanse.yaml), or that of `hanse up`. Also HANSE_DIR.")
    private @Nullable Path dir;

    @Option(names = "--config", paramLabel = "FILE", description = "A node's hanse.yaml, instead of --dir.")
    private @Nullable Path config;

    @Option(
            names = "--at",
            paramLabel = "REGISTRY",
            description =
                    "Which registry of --dir, such as beta.example or beta; the first one otherwise. Also HANSE_AT.")
    private @Nullable String at;

    @Option(
            names = "--registry",
            paramLabel = "HOST:PORT",
            description = "The gRPC port of a node, instead of one found by --dir.")
    private @Nullable String address;

    @Option(names = "--ca", paramLabel = "FILE", description = "The CA that the node's certificate comes from, PEM.")
    private @Nullable Path ca;

    @Option(
            names = "--as",
            paramLabel = "FILE",
            description =
                    "Sign as the agent or operator of this file; otherwise as an operator, with the node's own file.")
    private @Nullable Path as;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Whose key --as is, when the file does not say: an agent's UUID or DID, or operator:<name>.")
    private @Nullable String id;

    @Option(
            names = "--operator",
            paramLabel = "NAME",
            defaultValue = "admin",
            description =
                    "Which operator signs: the key keys/operator-<name>.key of the node (default: ${DEFAULT-VALUE}).")
    private String operator = "admin";

    /// Connects, lazily: the first call does.
    ///
    /// @param unsigned nobody signs
    Connection open(boolean unsigned) throws IOException {
        Optional<Identity> identity =
                as == null || unsigned ? Optional.empty() : Optional.of(Identity.read(as, Optional.ofNullable(id)));
        Optional<String> grpc = Optional.ofNullable(address).or(() -> identity.flatMap(Identity::grpc));
        Optional<Path> caFile = Optional.ofNullable(ca).or(() -> identity.flatMap(Identity::caFile));
        // A node that is named by address needs no files of a node, unless an operator has to be found.
        boolean needsNode = grpc.isEmpty() || caFile.isEmpty() || (identity.isEmpty() && !unsigned);
        Optional<NodeConfig> node = needsNode ? Optional.of(node()) : Optional.empty();
        Optional<Identity> signer = identity;
        if (signer.isEmpty() && !unsigned) {
            Path key = node.orElseThrow().operatorKey(operator);
            if (!Files.isReadable(key)) {
                throw CommandException.failed(
                        "There is no operator key " + key + " that this user may read. Name one with --as.");
            }
            signer = Optional.of(Identity.read(key, Optional.of("operator:" + operator)));
        }
        return Connection.open(
                grpc.orElseGet(() ->
                        node.orElseThrow().local(node.orElseThrow().ports().grpc())),
                caFile.orElseGet(() -> node.orElseThrow().caFile()),
                node.map(found -> found.registry().value()).or(() -> identity.flatMap(Identity::registryId)),
                signer,
                node);
    }

    /// The node's configuration.
    NodeConfig node() throws IOException {
        return ConfigFile.read(configFile());
    }

    private Path configFile() throws IOException {
        if (config != null) {
            return config;
        }
        Optional<Path> named = Optional.ofNullable(dir)
                .or(() -> Optional.ofNullable(System.getenv("HANSE_DIR")).map(Path::of));
        List<Path> candidates = named.map(List::of).orElse(List.of(Path.of("."), Path.of(".hanse")));
        for (Path candidate : candidates) {
            List<Path> found = files(candidate);
            Optional<String> wanted = Optional.ofNullable(at).or(() -> Optional.ofNullable(System.getenv("HANSE_AT")));
            if (wanted.isPresent() && !found.isEmpty()) {
                return found.stream()
                        .filter(file -> isNamed(file, wanted.get()))
                        .findFirst()
                        .orElseThrow(() -> CommandException.usage(
                                "There is no registry " + wanted.get() + " in " + candidate + "."));
            }
            if (!found.isEmpty()) {
                return found.getFirst();
            }
        }
        throw CommandException.usage("No hanse.yaml in "
                + String.join(" or ", candidates.stream().map(Path::toString).toList())
                + ". Name a node's directory with --dir, or its address with --registry and --ca.");
    }

    private static boolean isNamed(Path file, String registry) {
        String directory = String.valueOf(file.toAbsolutePath()
                .normalize()
                .resolveSibling(".")
                .normalize()
                .getFileName());
        return directory.equals(registry) || directory.startsWith(registry + ".");
    }

    private static List<Path> files(Path directory) throws IOException {
        Path own = directory.resolve(ConfigFile.NAME);
        if (Files.exists(own)) {
            return List.of(own);
        }
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(child -> child.resolve(ConfigFile.NAME))
                    .filter(Files::exists)
                    .sorted()
                    .toList();
        }
    }
}
