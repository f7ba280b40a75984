package hanse.node.cli.demo;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.GetSettlementRequest;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Settlement.Status;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.dispute.v1.SettlementServiceGrpc.SettlementServiceBlockingStub;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.node.cli.LocalFederation.Member;
import hanse.node.cli.Table;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/// The slashes that alpha asks of beta, as the operators of both see them.
final class Slashes {
    private final Stage stage;

    Slashes(Stage stage) {
        this.stage = stage;
    }

    private static SettlementServiceBlockingStub at(Member member) throws IOException {
        return SettlementServiceGrpc.newBlockingStub(member.operator().channel());
    }

    /// Beta's operator lets alpha slash so many AVT without being asked.
    void trust(int maxAvt) throws IOException {
        var config = at(stage.beta)
                .updatePeerSlashConfig(UpdatePeerSlashConfigRequest.newBuilder()
                        .setPeerId(stage.alpha.registry())
                        .setAutoSlashEnabled(true)
                        .setAutoSlashMaxAvt(maxAvt)
                        .build());
        stage.steps.say("beta's operator lets alpha slash up to " + config.getAutoSlashMaxAvt() + " AVT by itself");
    }

    void approve(Dispute dispute) throws Exception {
        var approved = at(stage.beta)
                .approveSettlement(ApproveSettlementRequest.newBuilder()
                        .setSettlementId(of(stage.beta, dispute).getSettlementId())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        stage.steps.say("approved: " + approved.getBurned() + " AVT are burned");
    }

    void reject(Dispute dispute) throws Exception {
        var rejected = at(stage.beta)
                .rejectSettlement(RejectSettlementRequest.newBuilder()
                        .setSettlementId(of(stage.beta, dispute).getSettlementId())
                        .setReason("weather has served this one")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        stage.steps.say("rejected: " + rejected.getFailure());
    }

    void expectHeld(Dispute dispute) throws Exception {
        Settlement held = of(stage.beta, dispute);
        stage.steps.check(
                "a slash of " + held.getAmount() + " waits for beta's operator, and so much of weather's is held",
                held.getStatus() == Status.PENDING_SLASH
                        && Stage.amount(held.getHeld()).compareTo(Stage.amount(held.getAmount())) == 0);
    }

    /// Waits until both have ended.
    void expect(String what, Dispute dispute, Status expected) throws Exception {
        Settlement origin = stage.await(() -> of(stage.alpha, dispute), Settlement::hasEndedAt);
        Settlement home = stage.await(() -> of(stage.beta, dispute), Settlement::hasEndedAt);
        stage.steps.same(what, expected + " and " + expected, origin.getStatus() + " and " + home.getStatus());
        Table table = new Table("STATUS AT BETA", "BY", "MESSAGE", "NOTE");
        home.getStepsList()
                .forEach(step ->
                        table.row(step.getStatus(), step.getBy(), shortened(step.getMessageId()), step.getNote()));
        table.lines().forEach(stage.steps::say);
    }

    private static String shortened(String message) {
        return message.isEmpty() ? "" : "…" + message.substring(message.length() - 6);
    }

    /// The slash of a dispute, whole.
    private Settlement of(Member member, Dispute dispute) throws Exception {
        return stage.await(() -> find(member, dispute), Optional::isPresent).orElseThrow();
    }

    private static Optional<Settlement> find(Member member, Dispute dispute) throws IOException {
        SettlementServiceBlockingStub settlements = at(member);
        return settlements.listSettlements(ListSettlementsRequest.getDefaultInstance()).getSettlementsList().stream()
                .map(listed -> settlements.getSettlement(GetSettlementRequest.newBuilder()
                        .setSettlementId(listed.getSettlementId())
                        .build()))
                .filter(found -> found.getDisputeId().equals(dispute.getDisputeId()))
                .findFirst();
    }
}
