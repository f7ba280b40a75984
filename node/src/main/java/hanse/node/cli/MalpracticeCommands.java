package hanse.node.cli;

import hanse.malpractice.v1.GetMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeResponse;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.StrikeMalpracticeRequest;
import hanse.malpractice.v1.Testimony;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse malpractice …`
@Command(
        name = "malpractice",
        description = "What agents have put on record against each other: look into it, strike it out.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {
            MalpracticeCommands.Listing.class,
            MalpracticeCommands.Show.class,
            MalpracticeCommands.Strike.class
        })
final class MalpracticeCommands {

    /// A command about one record, which answers with it.
    private abstract static class OnRecord extends Answering<Malpractice> {
        @Parameters(index = "0", paramLabel = "RECORD", description = "Its id.")
        private String record = "";

        final String record() {
            return record;
        }

        @Override
        final void print(PrintWriter people, Malpractice answer) {
            MalpracticeCommands.print(people, answer);
        }
    }

    @Command(name = "list", description = "List records, newest first.")
    static final class Listing extends OnNode {
        @Option(names = "--state", paramLabel = "STATE", description = "STANDING, WITHDRAWN or STRUCK only.")
        private Malpractice.@Nullable State state;

        @Option(names = "--agent", paramLabel = "AGENT", description = "Only those of this agent: UUID, DID or handle.")
        private String agent = "";

        @Option(
                names = "--side",
                paramLabel = "SIDE",
                defaultValue = "ANY",
                description = "Only those that the agent is REPORTER of, or REPORTED in.")
        private ListMalpracticeRequest.Role side = ListMalpracticeRequest.Role.ANY;

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            ListMalpracticeRequest.Builder request =
                    ListMalpracticeRequest.newBuilder().setAgent(agent).setRole(side);
            if (state != null) {
                request.setState(state);
            }
            ListMalpracticeResponse.Builder all = Pages.read(
                    ListMalpracticeResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> node.malpractice()
                            .listMalpractice(request.setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table =
                        new Table("REPORTED AT", "STATE", "GROUNDS", "IN", "REPORTER", "REPORTED", "ANSWER", "RECORD");
                all.getRecordsList()
                        .forEach(record -> table.row(
                                Times.text(record.getReport().getAt()),
                                record.getState(),
                                record.getGrounds(),
                                record.getDealing().getKind(),
                                record.getReporter(),
                                record.getReported(),
                                record.hasAnswer() ? "yes" : "no",
                                record.getMalpracticeId()));
                table.print(people);
            });
        }
    }

    @Command(name = "show", description = "Show a record with its answer.")
    static final class Show extends OnRecord {
        @Override
        Malpractice answer(Connection node) {
            return node.malpractice()
                    .getMalpractice(GetMalpracticeRequest.newBuilder()
                            .setMalpracticeId(record())
                            .build());
        }
    }

    @Command(name = "strike", description = "Strike a record out: it counts in nobody's trust any more.")
    static final class Strike extends OnRecord {
        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; shown to both parties.")
        private String reason = "";

        @Override
        Malpractice answer(Connection node) {
            return node.malpractice()
                    .strikeMalpractice(StrikeMalpracticeRequest.newBuilder()
                            .setMalpracticeId(record())
                            .setReason(reason)
                            .setRequestId(requestId())
                            .build());
        }
    }

    private static void print(PrintWriter out, Malpractice record) {
        out.println("record    " + record.getMalpracticeId() + ", " + record.getState());
        out.println("about     " + record.getDealing().getKind() + " "
                + record.getDealing().getId() + ", " + record.getGrounds());
        out.println("reporter  " + record.getReporter());
        out.println("reported  " + record.getReported() + ", " + delivery(record));
        said(out, "report    ", record.getReport());
        if (record.hasAnswer()) {
            said(out, "answer    ", record.getAnswer());
        }
        if (record.hasEndedAt()) {
            out.println("ended     " + Times.text(record.getEndedAt()) + " " + record.getEndingNote());
        }
    }

    private static String delivery(Malpractice record) {
        return switch (record.getDelivery()) {
            case HERE, SHOWN -> "who can read it";
            case UNDER_WAY -> "whose registry has not answered yet";
            case REFUSED -> "whose registry does not show it: " + record.getRefusal();
            case UNRECOGNIZED -> "";
        };
    }

    private static void said(PrintWriter out, String head, Testimony said) {
        out.println(head + Times.text(said.getAt()) + " " + said.getStatement());
        if (!said.getReference().isEmpty()) {
            out.println("          see " + said.getReference() + " " + said.getReferenceHash());
        }
    }
}
