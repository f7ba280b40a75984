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

/// Where a node's files are.
final class NodeFiles {
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

    /// The configuration of the node that is named.
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
                + ". Name a node's directory with --dir; who only asks may name --registry and --ca instead.");
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
