package hanse.node.cli;

import hanse.node.config.NodeConfig;
import hanse.schema.DatabaseCopy;
import hanse.schema.PostgresDoor;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse backup`: a node's books as of one moment, its keys and its settings.
@Command(
        name = "backup",
        description = "Write a node's books as of one moment, its keys and settings to a directory. The node may run.",
        footer = {
            "",
            "Whoever has the directory has the node: its secrets are in it, readable to its owner only.",
            "Restored, it is an old state: see `hanse restore --help`."
        })
final class BackupCommand implements Callable<Integer> {
    @Parameters(paramLabel = "BACKUP", description = "A directory, which is made; it must not be there.")
    private Path backup = Path.of("");

    @Mixin
    private NodeFiles files = new NodeFiles();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        NodeConfig config = files.node();
        BackupFiles.write(config, backup);
        long rows;
        try (PostgresDoor door = BackupFiles.door(config)) {
            rows = DatabaseCopy.write(door.source(), backup.resolve(BackupFiles.TABLES));
        }
        var out = spec.commandLine().getOut();
        out.println("registry     " + config.registry());
        out.println("backup       " + backup.toAbsolutePath().normalize());
        out.println("rows         " + rows);
        out.flush();
        return 0;
    }
}
