package hanse.node.cli;

import hanse.audit.v1.Checkpoint;
import hanse.audit.v1.Equation;
import hanse.audit.v1.FederationReport;
import hanse.audit.v1.GetCheckpointRequest;
import hanse.audit.v1.GetFederationReportRequest;
import hanse.audit.v1.VerifyJournalRequest;
import hanse.audit.v1.VerifyJournalResponse;
import java.util.Iterator;
import picocli.CommandLine.Command;

/// `hanse audit …`
@Command(
        name = "audit",
        description = "Hold the node to its journal.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {AuditCommands.Verify.class, AuditCommands.ShowCheckpoint.class, AuditCommands.Federation.class})
final class AuditCommands {

    @Command(
            name = "verify",
            description = "Re-derive every chain, balance and equation from the journal; name the first bad row.",
            footer = {"", "Exit code 1 when something does not hold."})
    static final class Verify extends OnNode {
        @Override
        int ask(Connection node) {
            Iterator<VerifyJournalResponse> answers =
                    node.audit().verifyJournal(VerifyJournalRequest.getDefaultInstance());
            boolean atTerminal = System.console() != null && System.console().isTerminal();
            VerifyJournalResponse last = VerifyJournalResponse.getDefaultInstance();
            while (answers.hasNext()) {
                last = answers.next();
                if (json()) {
                    out().println(Json.line(last));
                    out().flush();
                } else if (!last.getFinished()) {
                    err().print((atTerminal ? "\r" : "") + "checked " + last.getEntriesChecked() + " of "
                            + last.getEntriesTotal() + " entries" + (atTerminal ? "" : "\n"));
                    err().flush();
                }
            }
            if (!json()) {
                if (atTerminal) {
                    err().print("\r");
                    err().flush();
                }
                out().println(
                                last.getHolds()
                                        ? "✓ " + last.getEntriesChecked()
                                                + " entries: every chain, balance and equation holds"
                                        : "✗ "
                                                + (last.getFault().isEmpty()
                                                        ? "the node did not finish"
                                                        : last.getFault()));
                out().flush();
            }
            return last.getFinished() && last.getHolds() ? 0 : Failures.FAILED;
        }
    }

    @Command(
            name = "federation",
            description = "Ask every peer what has passed between it and this registry, and hold it to our books.",
            footer = {"", "Exit code 1 when an equation does not hold."})
    static final class Federation extends OnNode {
        @Override
        int ask(Connection node) {
            FederationReport report =
                    node.statements().getFederationReport(GetFederationReportRequest.getDefaultInstance());
            int shown = show(report, people -> {
                Table table = new Table("PEER", "EQUATION", "AT LEAST", "IS", "AT MOST", "");
                report.getPeersList()
                        .forEach(peer -> peer.getEquationsList()
                                .forEach(one -> table.row(
                                        peer.getRegistryId(),
                                        one.getText(),
                                        one.getLeast(),
                                        one.getIs(),
                                        one.getMost(),
                                        words(one.getState()))));
                table.print(people);
            });
            boolean broken = report.getPeersList().stream()
                    .flatMap(peer -> peer.getEquationsList().stream())
                    .anyMatch(one -> one.getState() == Equation.State.DOES_NOT_HOLD);
            return broken ? Failures.FAILED : shown;
        }

        private static String words(Equation.State state) {
            return switch (state) {
                case HOLDS -> "✓ holds";
                case DOES_NOT_HOLD -> "✗ DOES NOT HOLD";
                default -> "? not known yet";
            };
        }
    }

    @Command(name = "checkpoint", description = "The newest signed checkpoint.")
    static final class ShowCheckpoint extends OnNode {
        @Override
        boolean isUnsigned() {
            return true;
        }

        @Override
        int ask(Connection node) {
            Checkpoint checkpoint = node.audit().getCheckpoint(GetCheckpointRequest.getDefaultInstance());
            return show(checkpoint, people -> {
                people.println("checkpoint " + checkpoint.getNumber() + " of " + checkpoint.getRegistryId() + " at "
                        + Times.text(checkpoint.getAt()));
                Table table = new Table("LANE", "BLOCK", "ENTRIES", "HEAD");
                checkpoint
                        .getHeadsList()
                        .forEach(
                                head -> table.row(head.getLane(), head.getBlock(), head.getPosition(), head.getHash()));
                table.print(people);
                people.println("signature " + checkpoint.getSignature());
            });
        }
    }
}
