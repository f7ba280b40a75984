package hanse.node.cli;

import hanse.audit.v1.GetStatementsRequest;
import hanse.audit.v1.GetStatementsResponse;
import hanse.audit.v1.ListStatementsRequest;
import hanse.audit.v1.ListStatementsResponse;
import hanse.audit.v1.PeerStatement;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse statements …`
@Command(
        name = "statements",
        description = "What this registry and its peers say of each day's transfers between them.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {StatementCommands.Listing.class, StatementCommands.Show.class})
final class StatementCommands {

    @Command(name = "list", description = "The statements exchanged with a peer, newest day first.")
    static final class Listing extends OnNode {
        @Parameters(paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            ListStatementsResponse.Builder all = Pages.read(
                    ListStatementsResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> node.statements()
                            .listStatements(ListStatementsRequest.newBuilder()
                                    .setRegistryId(peer)
                                    .setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> table(all.getStatementsList()).print(people));
        }
    }

    @Command(
            name = "show",
            description = "The statements of one day.",
            footer = {"", "Exit code 1 when they differ."})
    static final class Show extends OnNode {
        @Parameters(index = "0", paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        @Parameters(index = "1", paramLabel = "DAY", description = "UTC, such as 2026-03-01.")
        private String day = "";

        @Option(names = "--differences", description = "List the transfers in which they differ.")
        private boolean differences;

        @Override
        int ask(Connection node) {
            GetStatementsResponse found = node.statements()
                    .getStatements(GetStatementsRequest.newBuilder()
                            .setRegistryId(peer)
                            .setDay(day)
                            .build());
            int shown = show(found, people -> {
                table(found.getStatementsList()).print(people);
                if (differences) {
                    Table table = new Table("DIRECTION", "TRANSFER", "OUR AMOUNT", "THEIR AMOUNT");
                    found.getStatementsList()
                            .forEach(statement -> statement
                                    .getDifferencesList()
                                    .forEach(difference -> table.row(
                                            direction(statement),
                                            difference.getTransferId(),
                                            difference.getAmount(),
                                            difference.getTheirAmount())));
                    people.println();
                    table.print(people);
                }
            });
            boolean differ =
                    found.getStatementsList().stream().anyMatch(one -> one.getState() == PeerStatement.State.DIFFERS);
            return differ ? Failures.FAILED : shown;
        }
    }

    private static Table table(List<PeerStatement> statements) {
        Table table = new Table("DAY", "DIRECTION", "TRANSFERS", "AVT", "THEIR TRANSFERS", "THEIR AVT", "STATE");
        statements.forEach(one -> table.row(
                one.getDay(),
                direction(one),
                one.getCount(),
                one.getSum(),
                one.getState() == PeerStatement.State.WAITING ? "" : one.getTheirCount(),
                one.getTheirSum(),
                one.getState()));
        return table;
    }

    private static String direction(PeerStatement statement) {
        return statement.getSent() ? "sent" : "received";
    }
}
