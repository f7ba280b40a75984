package hanse.node.cli;

import hanse.certs.CaRotation;
import hanse.certs.KeyRotation;
import hanse.node.config.NodeConfig;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse certificate rotate …`
@Command(
        name = "rotate",
        description = {
            "Replace the CA or the signing key, in three steps. Between any two of them old and new are believed side by",
            "side, and nothing stops."
        },
        footer = {
            "",
            "prepare  makes the next one. The running node shows it to its peers within seconds; go on when the metric",
            "         hanse_peer_knows_card is 1 for each of them.",
            "turn     has the next one sign: the CA at once, the signing key in each process from its next start.",
            "finish   has nobody believe the old one any more. For a signing key: after every process was started anew."
        })
final class RotateCommand implements Callable<Integer> {
    @Mixin
    private NodeFiles files = new NodeFiles();

    enum What {
        ca,
        key
    }

    enum Move {
        prepare,
        turn,
        finish
    }

    @Parameters(index = "0", paramLabel = "WHAT", description = "ca or key.")
    private What what = What.ca;

    @Parameters(index = "1", paramLabel = "STEP", description = "prepare, turn or finish.")
    private Move step = Move.prepare;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        NodeConfig node = files.node();
        String registry = node.registry().value();
        InstantSource clock = InstantSource.system();
        try {
            switch (what) {
                case ca -> {
                    switch (step) {
                        case prepare -> CaRotation.prepare(node.keys(), registry, clock);
                        case turn -> CaRotation.turn(node.keys());
                        case finish -> CaRotation.finish(node.keys(), registry, clock);
                    }
                }
                case key -> {
                    switch (step) {
                        case prepare -> KeyRotation.prepare(node.keys());
                        case turn -> KeyRotation.turn(node.keys());
                        case finish -> KeyRotation.finish(node.keys());
                    }
                }
            }
        } catch (IllegalStateException e) {
            throw CommandException.failed(e.getMessage() + ".");
        }
        var print = spec.commandLine().getOut();
        print.println(
                switch (step) {
                    case prepare ->
                        "The next one is made. When hanse_peer_knows_card is 1 for every peer: rotate " + what
                                + " turn";
                    case turn ->
                        what == What.ca
                                ? "The next CA signs. When hanse_peer_knows_card is 1 for every peer: rotate ca finish"
                                : "Start every process anew, one after the other; then: rotate key finish";
                    case finish -> "Done. Nobody believes the old one any more.";
                });
        print.flush();
        return 0;
    }
}
