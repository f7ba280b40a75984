package hanse.node.settlement;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.federation.TestNode;
import hanse.node.payment.PaymentGrpc;
import hanse.node.testing.Asked;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// What agents and operators ask of alpha, where disputes are kept, and of beta, where slashes are decided. None is
/// waited for, and the same request again is a repeat.
///
/// @param alpha which may be another process every time
record Demands(Supplier<TestNode> alpha, Supplier<TestNode> beta) {
    static final Caller OPERATOR = new Caller.Operator("judge", 1);

    static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    static Subject payment(String payment) {
        return Subject.newBuilder().setKind(Subject.Kind.PAYMENT).setId(payment).build();
    }

    CompletableFuture<AuthorizeResponse> authorize(String request, AgentId payer, AgentId payee, String amount) {
        AuthorizeRequest asked = AuthorizeRequest.newBuilder()
                .setPayee(new Did(beta.get().id, payee).toString())
                .setAmount(amount)
                .build();
        return Asked.later(agent(payer), request, observer -> paying(alpha).authorize(asked, observer));
    }

    CompletableFuture<VerifyResponse> verify(String request, AgentId payee, AuthorizeResponse token) {
        VerifyRequest asked = VerifyRequest.newBuilder()
                .setPaymentToken(token.getPaymentToken())
                .setIssuer(alpha.get().id.value())
                .build();
        return Asked.later(agent(payee), request, observer -> paying(beta).verify(asked, observer));
    }

    CompletableFuture<Payment> settle(String request, AgentId payer, String payment) {
        SettleRequest asked = SettleRequest.newBuilder().setPaymentId(payment).build();
        return Asked.later(agent(payer), request, observer -> paying(alpha).settle(asked, observer));
    }

    Asked<Payment> show(AgentId party, String payment) {
        GetPaymentRequest asked =
                GetPaymentRequest.newBuilder().setPaymentId(payment).build();
        return Asked.ask(agent(party), observer -> paying(alpha).getPayment(asked, observer));
    }

    private static PaymentGrpc paying(Supplier<TestNode> node) {
        return new PaymentGrpc(node.get().payments, node.get().parties());
    }

    /// @param amount empty for all there is
    CompletableFuture<Dispute> file(String request, AgentId by, Subject subject, String amount) {
        FileDisputeRequest asked = FileDisputeRequest.newBuilder()
                .setSubject(subject)
                .setReason("nothing came")
                .setAmount(amount)
                .build();
        return Asked.later(agent(by), request, observer -> alpha.get().disputes.fileDispute(asked, observer));
    }

    CompletableFuture<Evidence> evidence(
            String request, TestNode home, AgentId by, String dispute, Evidence.Stance stance, List<String> cited) {
        SubmitEvidenceRequest asked = SubmitEvidenceRequest.newBuilder()
                .setDisputeId(dispute)
                .setStatement("as the log shows")
                .setStance(stance)
                .addAllAttestationIds(cited)
                .build();
        return Asked.later(agent(by), request, observer -> home.disputes.submitEvidence(asked, observer));
    }

    CompletableFuture<Dispute> vote(String request, String dispute) {
        OpenVotingRequest asked =
                OpenVotingRequest.newBuilder().setDisputeId(dispute).build();
        return Asked.later(OPERATOR, request, observer -> alpha.get().disputes.openVoting(asked, observer));
    }

    /// @param award empty for all that is claimed
    CompletableFuture<Dispute> rule(String request, String dispute, Ruling ruling, String award) {
        RuleDisputeRequest asked = RuleDisputeRequest.newBuilder()
                .setDisputeId(dispute)
                .setRuling(ruling)
                .setAward(award)
                .setNote("as the evidence shows")
                .build();
        return Asked.later(OPERATOR, request, observer -> alpha.get().disputes.ruleDispute(asked, observer));
    }

    CompletableFuture<Dispute> withdraw(String request, AgentId by, String dispute) {
        WithdrawDisputeRequest asked =
                WithdrawDisputeRequest.newBuilder().setDisputeId(dispute).build();
        return Asked.later(agent(by), request, observer -> alpha.get().disputes.withdrawDispute(asked, observer));
    }

    /// Beta's operator decides.
    CompletableFuture<Settlement> approve(String request, String settlement) {
        ApproveSettlementRequest asked = ApproveSettlementRequest.newBuilder()
                .setSettlementId(settlement)
                .build();
        return Asked.later(OPERATOR, request, observer -> beta.get().settling.approveSettlement(asked, observer));
    }

    CompletableFuture<Settlement> reject(String request, String settlement) {
        RejectSettlementRequest asked = RejectSettlementRequest.newBuilder()
                .setSettlementId(settlement)
                .setReason("she was served")
                .build();
        return Asked.later(OPERATOR, request, observer -> beta.get().settling.rejectSettlement(asked, observer));
    }

    /// Beta's operator says how far it trusts alpha's requests.
    CompletableFuture<PeerSlashConfig> trust(String request, boolean enabled, int maxAvt) {
        UpdatePeerSlashConfigRequest asked = UpdatePeerSlashConfigRequest.newBuilder()
                .setPeerId(alpha.get().id.value())
                .setAutoSlashEnabled(enabled)
                .setAutoSlashMaxAvt(maxAvt)
                .build();
        return Asked.later(OPERATOR, request, observer -> beta.get().settling.updatePeerSlashConfig(asked, observer));
    }
}
