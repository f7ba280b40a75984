package hanse.node.cli;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.GetSettlementRequest;
import hanse.dispute.v1.ListPeerSlashConfigsRequest;
import hanse.dispute.v1.ListPeerSlashConfigsResponse;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hanse settlements …`
@Command(
        name = "settlements",
        description = "The slashes that rulings ask for: see them, approve or reject those of peers, set thresholds.",
        synopsisSubcommandLabel = "<command>",
        subcommands = {
            SettlementCommands.Listing.class,
            SettlementCommands.Show.class,
            SettlementCommands.Approve.class,
            SettlementCommands.Reject.class,
            SettlementCommands.Thresholds.class,
            SettlementCommands.Trust.class
        })
final class SettlementCommands {

    /// A command about one settlement, which answers with it.
    private abstract static class OnSettlement extends Answering<Settlement> {
        @Parameters(index = "0", paramLabel = "SETTLEMENT", description = "Its id.")
        private String settlement = "";

        final String settlement() {
            return settlement;
        }

        @Override
        final void print(PrintWriter people, Settlement answer) {
            SettlementCommands.print(people, answer);
        }
    }

    @Command(name = "list", description = "List settlements, newest first; PENDING_SLASH at HOME wait for you.")
    static final class Listing extends OnNode {
        @Option(names = "--status", paramLabel = "STATUS", description = "Those of this status only.")
        private Settlement.@Nullable Status status;

        @Mixin
        private Limit limit = new Limit();

        @Override
        int ask(Connection node) {
            ListSettlementsRequest.Builder request = ListSettlementsRequest.newBuilder();
            if (status != null) {
                request.setStatus(status);
            }
            ListSettlementsResponse.Builder all = Pages.read(
                    ListSettlementsResponse.newBuilder(),
                    limit.most(),
                    (size, token) -> node.settlements()
                            .listSettlements(request.setPageSize(size)
                                    .setPageToken(token)
                                    .build()));
            return show(all, people -> {
                Table table = new Table(
                        "OPENED", "STATUS", "ROLE", "PEER", "AMOUNT", "BURNED", "FAILURE", "EXPIRES", "SETTLEMENT");
                all.getSettlementsList()
                        .forEach(s -> table.row(
                                Times.text(s.getOpenedAt()),
                                s.getStatus(),
                                s.getRole(),
                                s.getPeerId(),
                                s.getAmount(),
                                s.getBurned(),
                                s.getFailure(),
                                Times.text(s.getExpiresAt()),
                                s.getSettlementId()));
                table.print(people);
            });
        }
    }

    @Command(name = "show", description = "Show a settlement with everything that ever happened to it.")
    static final class Show extends OnSettlement {
        @Override
        Settlement answer(Connection node) {
            return node.settlements()
                    .getSettlement(GetSettlementRequest.newBuilder()
                            .setSettlementId(settlement())
                            .build());
        }
    }

    @Command(name = "approve", description = "Let a slash that waits be carried out, all or nothing.")
    static final class Approve extends OnSettlement {
        @Override
        Settlement answer(Connection node) {
            return node.settlements()
                    .approveSettlement(ApproveSettlementRequest.newBuilder()
                            .setSettlementId(settlement())
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "reject", description = "Let a slash that waits come to nothing.")
    static final class Reject extends OnSettlement {
        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the steps.")
        private String reason = "";

        @Override
        Settlement answer(Connection node) {
            return node.settlements()
                    .rejectSettlement(RejectSettlementRequest.newBuilder()
                            .setSettlementId(settlement())
                            .setReason(reason)
                            .setRequestId(requestId())
                            .build());
        }
    }

    @Command(name = "thresholds", description = "How far each peer's slash requests are trusted.")
    static final class Thresholds extends OnNode {
        @Override
        int ask(Connection node) {
            ListPeerSlashConfigsResponse all =
                    node.settlements().listPeerSlashConfigs(ListPeerSlashConfigsRequest.getDefaultInstance());
            return show(all, people -> table(people, all.getPeersList()));
        }
    }

    @Command(name = "trust", description = "Change how far a peer's slash requests are trusted.")
    static final class Trust extends OnNode {
        @Parameters(index = "0", paramLabel = "PEER", description = "Its registry id.")
        private String peer = "";

        @Option(
                names = "--up-to",
                paramLabel = "AVT",
                description = "Carry out requests of at most so many whole AVT without you; without it none.")
        private @Nullable Integer upTo;

        @Override
        int ask(Connection node) {
            PeerSlashConfig config = node.settlements()
                    .updatePeerSlashConfig(UpdatePeerSlashConfigRequest.newBuilder()
                            .setPeerId(peer)
                            .setAutoSlashEnabled(upTo != null)
                            .setAutoSlashMaxAvt(upTo == null ? 0 : upTo)
                            .setRequestId(requestId())
                            .build());
            return show(config, people -> table(people, List.of(config)));
        }
    }

    private static void table(PrintWriter out, List<PeerSlashConfig> configs) {
        Table table =
                new Table("PEER", "AUTO", "MAX AVT", "DISCOUNT", "INTERACTIONS", "DISPUTES LOST", "LAST INTERACTION");
        configs.forEach(c -> table.row(
                c.getPeerId(),
                c.getAutoSlashEnabled() ? "yes" : "no",
                c.getAutoSlashMaxAvt(),
                c.hasBayesianDiscount() ? String.format(Locale.ROOT, "%.3f", c.getBayesianDiscount()) : "",
                c.hasTotalInteractions() ? c.getTotalInteractions() : "",
                c.hasDisputesLostWith() ? c.getDisputesLostWith() : "",
                c.hasLastInteractionAt() ? Times.text(c.getLastInteractionAt()) : ""));
        table.print(out);
    }

    private static void print(PrintWriter out, Settlement settlement) {
        out.println("settlement   " + settlement.getSettlementId() + ", " + settlement.getStatus() + " "
                + settlement.getFailure());
        out.println("dispute      " + settlement.getDisputeId() + " about "
                + settlement.getSubject().getKind() + " "
                + settlement.getSubject().getId());
        out.println("here         " + settlement.getRole()
                + (settlement.getPeerId().isEmpty() ? "" : ", with " + settlement.getPeerId()));
        out.println("complainant  " + settlement.getComplainant());
        out.println("defendant    " + settlement.getDefendant());
        out.println("amount       " + settlement.getAmount() + ", held " + settlement.getHeld() + ", burned "
                + settlement.getBurned());
        out.println("ruling       " + settlement.getRulingNote());
        Table steps = new Table("AT", "STATUS", "BY", "MESSAGE", "WHAT");
        settlement
                .getStepsList()
                .forEach(
                        s -> steps.row(Times.text(s.getAt()), s.getStatus(), s.getBy(), s.getMessageId(), s.getNote()));
        steps.print(out);
    }
}
