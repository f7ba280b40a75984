package hanse.node.cli;

import hanse.dispute.v1.AppointArbiterRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.DisputeRecord;
import hanse.dispute.v1.GetDisputeRecordRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListDisputesResponse;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse disputes …`
@Command(
        name = "disputes",
        description = "Disputes between agents: look into them, appoint arbiters, open the vote, rule.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {
            DisputeCommands.Listing.class,
            DisputeCommands.Show.class,
            DisputeCommands.Appoint.class,
            DisputeCommands.OpenVoting.class,
            DisputeCommands.Rule.class,
            DisputeCommands.Record.class
        })
final class DisputeCommands {

    /// A command about one dispute, which answers with it.
    private abstract static class OnDispute extends Answering<Dispute> {
        @Parameters(index = "0", paramLabel = "DISPUTE", description = "Its id.")
        private String dispute = "";

        final String dispute() {
            return dispute;
        }

        @Override
        final void print(PrintWriter people, Dispute answer) {
            DisputeCommands.print(people, answer);
        }
    }

    @Command(name = "list", description = "List disputes, newest first.")
    static final class Listing extends OnNode {
        @Option(names = "--status", paramLabel = "STATUS", description = "OPEN, VOTING or CLOSED only.")
        private Dispute.@Nullable Status status;

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            ListDisputesRequest.Builder request = ListDisputesRequest.newBuilder();
            if (status != null) {
                request.setStatus(status);
            }
            ListDisputesResponse.Builder all = Pages.read(
                    ListDisputesResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> node.disputes()
                            .listDisputes(request.setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table(
                        "FILED",
                        "STATUS",
                        "RULING",
                        "AMOUNT",
                        "ABOUT",
                        "COMPLAINANT",
                        "DEFENDANT",
                        "RULE BY",
                        "DISPUTE");
                all.getDisputesList()
                        .forEach(d -> table.row(
                                Times.text(d.getFiledAt()),
                                d.getStatus(),
                                ruling(d),
                                d.getAmount(),
                                d.getSubject().getKind(),
                                d.getComplainant(),
                                d.getDefendant(),
                                Times.text(d.getRuleBy()),
                                d.getDisputeId()));
                table.print(people);
            });
        }
    }

    @Command(name = "show", description = "Show a dispute with its evidence, opinions and the node's recommendation.")
    static final class Show extends OnDispute {
        @Override
        Dispute answer(Connection node) {
            return node.disputes()
                    .getDispute(GetDisputeRequest.newBuilder()
                            .setDisputeId(dispute())
                            .build());
        }
    }

    @Command(name = "appoint", description = "Ask an agent of this registry for its opinion of a dispute.")
    static final class Appoint extends OnDispute {
        @Parameters(index = "1", paramLabel = "AGENT", description = "UUID, DID or handle.")
        private String agent = "";

        @Override
        Dispute answer(Connection node) {
            return node.disputes()
                    .appointArbiter(AppointArbiterRequest.newBuilder()
                            .setDisputeId(dispute())
                            .setAgentId(agent)
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "open-voting", description = "Close the evidence and begin the vote.")
    static final class OpenVoting extends OnDispute {
        @Override
        Dispute answer(Connection node) {
            return node.disputes()
                    .openVoting(OpenVotingRequest.newBuilder()
                            .setDisputeId(dispute())
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "rule", description = "Rule on a dispute that is being voted on; carried out at once.")
    static final class Rule extends OnDispute {
        /// As people say it.
        enum For {
            COMPLAINANT(Ruling.IN_FAVOR_OF_COMPLAINANT),
            DEFENDANT(Ruling.IN_FAVOR_OF_DEFENDANT),
            NOBODY(Ruling.DISMISSED);

            private final Ruling ruling;

            For(Ruling ruling) {
                this.ruling = ruling;
            }
        }

        @Parameters(
                index = "1",
                paramLabel = "FOR",
                description = "complainant, defendant, or nobody: the dispute is dismissed.")
        private For winner = For.NOBODY;

        @Option(
                names = "--award",
                paramLabel = "AVT",
                description = "What the complainant gets (default: all that it wants).")
        private String award = "";

        @Option(names = "--note", paramLabel = "TEXT", description = "Why; shown to both parties.")
        private String note = "";

        @Override
        Dispute answer(Connection node) {
            return node.disputes()
                    .ruleDispute(RuleDisputeRequest.newBuilder()
                            .setDisputeId(dispute())
                            .setRuling(winner.ruling)
                            .setAward(award)
                            .setNote(note)
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "record", description = "How the disputes of an agent have ended, those dismissed included.")
    static final class Record extends OnNode {
        @Parameters(paramLabel = "AGENT", description = "UUID, DID or handle.")
        private String agent = "";

        @Override
        int ask(Connection node) {
            DisputeRecord record = node.disputes()
                    .getDisputeRecord(GetDisputeRecordRequest.newBuilder()
                            .setAgentDid(agent)
                            .build());
            return show(
                    record,
                    people -> new Table(
                                    "AGENT",
                                    "FILED",
                                    "WON",
                                    "LOST",
                                    "DISMISSED",
                                    "WITHDRAWN",
                                    "DEFENDED",
                                    "LOST AS DEFENDANT")
                            .row(
                                    record.getAgent(),
                                    record.getFiled(),
                                    record.getFiledAndWon(),
                                    record.getFiledAndLost(),
                                    record.getFiledAndDismissed(),
                                    record.getFiledAndWithdrawn(),
                                    record.getDefended(),
                                    record.getDefendedAndLost())
                            .print(people));
        }
    }

    private static String ruling(Dispute dispute) {
        return dispute.getRuling() == Ruling.RULING_UNSPECIFIED
                ? ""
                : dispute.getRuling().name();
    }

    private static void print(PrintWriter out, Dispute dispute) {
        out.println("dispute      " + dispute.getDisputeId() + ", " + dispute.getStatus() + " " + ruling(dispute));
        out.println("about        " + dispute.getSubject().getKind() + " "
                + dispute.getSubject().getId() + ", " + dispute.getSnapshot().getState() + ": captured "
                + dispute.getSnapshot().getCaptured() + ", held "
                + dispute.getSnapshot().getHeld() + ", in flight "
                + dispute.getSnapshot().getInFlight());
        out.println("complainant  " + dispute.getComplainant());
        out.println("defendant    " + dispute.getDefendant());
        out.println(
                "wants        " + dispute.getAmount() + " AVT, " + dispute.getGrounds() + ": " + dispute.getReason());
        out.println("filed        " + Times.text(dispute.getFiledAt()) + ", lapses " + Times.text(dispute.getRuleBy()));
        dispute.getEvidenceList()
                .forEach(e -> out.println(
                        "evidence     " + (e.getAuthor().equals(dispute.getDefendant()) ? "defendant" : "complainant")
                                + ", " + e.getStance() + ": " + e.getStatement()));
        dispute.getOpinionsList()
                .forEach(o -> out.println("arbiter      " + o.getArbiter() + ": "
                        + (o.hasAt() ? o.getRuling() + " " + o.getNote() : "nothing yet")));
        if (dispute.hasRecommendation()) {
            boolean abstains = dispute.getRecommendation().getRule().isEmpty();
            out.println("the node     "
                    + (abstains ? "abstains" : dispute.getRecommendation().getRuling()) + ": "
                    + dispute.getRecommendation().getBecause());
        }
        if (dispute.hasEffect()) {
            out.println("moved        returned " + dispute.getEffect().getReturned() + ", compensated "
                    + dispute.getEffect().getCompensated() + " "
                    + dispute.getEffect().getFailure());
        }
    }
}
