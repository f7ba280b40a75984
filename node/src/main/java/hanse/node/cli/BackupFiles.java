package hanse.node.cli;

import hanse.certs.KeyFiles;
import hanse.node.config.ConfigFile;
import hanse.node.config.NodeConfig;
import hanse.node.config.NodeConfig.DatabaseSource;
import hanse.schema.PostgresDoor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// A backup's files besides the tables: settings and keys, with their modes.
///
/// ```
/// <backup>/           mode 700
///   tables/           see DatabaseCopy
///   hanse.yaml
///   keys/             mode 700
/// ```
final class BackupFiles {
    static final String TABLES = "tables";
    private static final String KEYS = "keys";

    private BackupFiles() {}

    /// The way into a node's database, whether the node runs or not.
    static PostgresDoor door(NodeConfig config) throws IOException {
        return switch (config.database()) {
            case DatabaseSource.Jdbc(String url, String user, String password, int _) ->
                PostgresDoor.jdbc(url, user, password);
            case DatabaseSource.Embedded(Path directory, int _) -> PostgresDoor.embedded(directory);
        };
    }

    static void write(NodeConfig config, Path backup) throws IOException {
        if (Files.exists(backup)) {
            throw CommandException.failed(backup + " is there already.");
        }
        KeyFiles.secureDirectory(backup);
        copy(config.directory().resolve(ConfigFile.NAME), backup.resolve(ConfigFile.NAME));
        copyAll(config.keys(), backup.resolve(KEYS));
    }

    /// The settings of the node that is made from a backup.
    static NodeConfig settings(Path backup, Path directory) throws IOException {
        if (!Files.isDirectory(backup.resolve(TABLES))) {
            throw CommandException.failed(backup + " is no backup.");
        }
        Path settings = directory.resolve(ConfigFile.NAME);
        if (!Files.exists(settings)) {
            Files.createDirectories(directory);
            copy(backup.resolve(ConfigFile.NAME), settings);
        }
        NodeConfig config = ConfigFile.read(settings);
        if (Files.exists(config.keys().resolve("signing.key"))) {
            throw CommandException.failed(config.keys() + " holds a registry's keys already.");
        }
        return config;
    }

    /// Gives the node its keys: last, so that what went wrong before can be tried again.
    static void keys(Path backup, NodeConfig config) throws IOException {
        copyAll(backup.resolve(KEYS), config.keys());
    }

    private static void copyAll(Path from, Path to) throws IOException {
        KeyFiles.secureDirectory(to);
        List<Path> files;
        try (Stream<Path> all = Files.list(from)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            copy(file, to.resolve(from.relativize(file)));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
}
