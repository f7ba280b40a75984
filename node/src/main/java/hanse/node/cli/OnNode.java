package hanse.node.cli;

import com.google.protobuf.MessageOrBuilder;
import java.io.PrintWriter;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A command that asks one node something and prints the answer, as a table or as JSON.
abstract class OnNode implements Callable<Integer> {
    @Mixin
    private Target target = new Target();

    @Option(names = "--json", description = "Print the node's answer as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public final Integer call() throws Exception {
        try (Connection node = target.open(isUnsigned())) {
            return ask(node);
        }
    }

    /// Asks, prints, and gives the exit code.
    abstract int ask(Connection node) throws Exception;

    /// Whether the call is anybody's, so that no key is needed.
    boolean isUnsigned() {
        return false;
    }

    final boolean json() {
        return json;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /// Prints the answer as asked for.
    final int show(MessageOrBuilder answer, Consumer<PrintWriter> forPeople) {
        if (json) {
            out().println(Json.pretty(answer));
        } else {
            forPeople.accept(out());
        }
        out().flush();
        return 0;
    }

    /// A change of ours is repeated under one id, should the answer be lost.
    static String requestId() {
        return UUID.randomUUID().toString();
    }
}
