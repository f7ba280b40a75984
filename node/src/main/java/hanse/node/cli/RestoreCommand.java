package hanse.node.cli;

import hanse.node.config.NodeConfig;
import hanse.schema.DatabaseCopy;
import hanse.schema.PostgresDoor;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse restore`: a node from a backup.
@Command(
        name = "restore",
        description = "Make a node from a backup, on an empty database.",
        footer = {
            "",
            "A hanse.yaml that lies in DIR already is kept: write one there for another database or other ports.",
            "The node that is started from it serves no payment until every peer has shown what it keeps of this registry's",
            "journal: see `hanse peer list`. If a peer keeps more than the backup has, an operator decides:",
            "`hanse peer accept-journal --ours`. Never let the old node run beside it."
        })
final class RestoreCommand implements Callable<Integer> {
    @Parameters(paramLabel = "BACKUP", description = "What `hanse backup` wrote.")
    private Path backup = Path.of("");

    @Option(names = "--dir", paramLabel = "DIR", required = true, description = "The node's new directory.")
    private Path directory = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        NodeConfig config = BackupFiles.settings(backup, directory);
        long rows;
        try (PostgresDoor door = BackupFiles.door(config)) {
            rows = DatabaseCopy.read(door.source(), backup.resolve(BackupFiles.TABLES));
        }
        BackupFiles.keys(backup, config);
        var out = spec.commandLine().getOut();
        out.println("registry     " + config.registry());
        out.println("settings     " + config.directory().resolve("hanse.yaml"));
        out.println("rows         " + rows);
        out.println("Next: hanse serve --config " + config.directory().resolve("hanse.yaml")
                + "; it pays nothing until it has reconciled with every peer.");
        out.flush();
        return 0;
    }
}
