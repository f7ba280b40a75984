package hanse.node.cli;

import hanse.operator.v1.ListOperatorsRequest;
import hanse.operator.v1.ListOperatorsResponse;
import hanse.operator.v1.Operator;
import hanse.operator.v1.PutOperatorRequest;
import hanse.operator.v1.RemoveOperatorRequest;
import hanse.operator.v1.RemoveOperatorResponse;
import hanse.sdk.AgentKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse operator …`
@Command(
        name = "operator",
        description = "The keys that may operate this node.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {OperatorCommands.Listing.class, OperatorCommands.Put.class, OperatorCommands.Remove.class})
final class OperatorCommands {

    @Command(name = "list", description = "List the operators.")
    static final class Listing extends OnNode {
        @Override
        int ask(Connection node) {
            ListOperatorsResponse all = node.operators().listOperators(ListOperatorsRequest.getDefaultInstance());
            return show(all, people -> {
                Table table = new Table("OPERATOR", "PUBLIC KEY", "SINCE");
                all.getOperatorsList().forEach(o -> table.row(o.getName(), o.getPublicKey(), Times.text(o.getSince())));
                table.print(people);
            });
        }
    }

    @Command(name = "put", description = "Add an operator, or replace the key of one.")
    static final class Put extends OnNode {
        @Parameters(paramLabel = "NAME", description = "1 to 63 of a-z, 0-9 and hyphen.")
        private String name = "";

        @Option(names = "--public-key", paramLabel = "BASE64", description = "The key; otherwise a new one is made.")
        private @Nullable String publicKey;

        @Option(
                names = {"-o", "--out"},
                paramLabel = "FILE",
                description = "Where to keep the new key, mode 600 (default: operator-<name>.key).")
        private @Nullable Path out;

        @Override
        int ask(Connection node) throws Exception {
            String key = publicKey;
            Path file = out == null ? Path.of("operator-" + name + ".key") : out;
            if (key == null) {
                // Kept first: a key that the node knows and nobody has would help nobody.
                AgentKey fresh = AgentKey.generate();
                fresh.write(file);
                key = fresh.publicKeyBase64();
            }
            boolean made = publicKey == null;
            Operator operator = node.operators()
                    .putOperator(PutOperatorRequest.newBuilder()
                            .setName(name)
                            .setPublicKey(key)
                            .setRequestId(requestId())
                            .build());
            return show(
                    operator,
                    people -> people.println("operator " + operator.getName() + " signs with " + operator.getPublicKey()
                            + (made ? "; the key is in " + file.toAbsolutePath() : "")));
        }
    }

    @Command(name = "remove", description = "Remove an operator; never the last one.")
    static final class Remove extends OnNode {
        @Parameters(paramLabel = "NAME", description = "The operator.")
        private String name = "";

        @Override
        int ask(Connection node) {
            RemoveOperatorResponse gone = node.operators()
                    .removeOperator(RemoveOperatorRequest.newBuilder()
                            .setName(name)
                            .setRequestId(requestId())
                            .build());
            return show(gone, people -> people.println("removed operator " + name));
        }
    }
}
