package hanse.node.contract;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListDisputesResponse;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.testing.Asked;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// The provider of a voyage, of beta, who disputes it at home; alpha keeps the dispute and rules.
record Plaintiff(Pair pair, Voyage voyage) {
    private static final Caller OPERATOR = new Caller.Operator("judge", 1);

    static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    /// @param milestone empty for the whole contract
    /// @param amount empty for all there is
    static FileDisputeRequest filing(UUID contract, String milestone, String amount) {
        return FileDisputeRequest.newBuilder()
                .setSubject(Subject.newBuilder()
                        .setKind(milestone.isEmpty() ? Subject.Kind.CONTRACT : Subject.Kind.MILESTONE)
                        .setId(contract.toString())
                        .setMilestoneId(milestone))
                .setGrounds(Dispute.Grounds.FRAUD)
                .setReason("the ship has arrived")
                .setAmount(amount)
                .build();
    }

    CompletableFuture<Dispute> file(String request) {
        return file(request, voyage.provider, filing(voyage.id, "", ""));
    }

    CompletableFuture<Dispute> file(String request, AgentId by, FileDisputeRequest filing) {
        return Asked.later(agent(by), request, observer -> pair.beta().disputes.fileDispute(filing, observer));
    }

    Asked<Dispute> filed(AgentId by, UUID contract, String milestone, String amount) {
        return Asked.ask(
                agent(by), observer -> pair.beta().disputes.fileDispute(filing(contract, milestone, amount), observer));
    }

    CompletableFuture<Dispute> withdraw(String request, String dispute) {
        return Asked.later(
                agent(voyage.provider),
                request,
                observer -> pair.beta().disputes.withdrawDispute(withdrawal(dispute), observer));
    }

    Asked<Dispute> withdrawn(TestNode node, AgentId by, String dispute) {
        return Asked.ask(agent(by), observer -> node.disputes.withdrawDispute(withdrawal(dispute), observer));
    }

    private static WithdrawDisputeRequest withdrawal(String dispute) {
        return WithdrawDisputeRequest.newBuilder().setDisputeId(dispute).build();
    }

    static Asked<Evidence> submit(TestNode node, AgentId by, String dispute, String statement) {
        return Asked.ask(
                agent(by),
                observer -> node.disputes.submitEvidence(
                        SubmitEvidenceRequest.newBuilder()
                                .setDisputeId(dispute)
                                .setStatement(statement)
                                .build(),
                        observer));
    }

    static Asked<Dispute> sees(TestNode node, Caller caller, String dispute) {
        return Asked.ask(
                caller,
                observer -> node.disputes.getDispute(
                        GetDisputeRequest.newBuilder().setDisputeId(dispute).build(), observer));
    }

    static List<Dispute> all(TestNode node, Caller caller) {
        return Asked.<ListDisputesResponse>ask(
                        caller,
                        observer -> node.disputes.listDisputes(ListDisputesRequest.getDefaultInstance(), observer))
                .value()
                .getDisputesList();
    }

    /// As alpha has it.
    Dispute kept(String dispute) {
        return sees(pair.alpha(), OPERATOR, dispute).value();
    }

    /// All that alpha keeps.
    List<Dispute> kept() {
        return all(pair.alpha(), OPERATOR);
    }

    /// As the provider sees it at home.
    Dispute seen(String dispute) {
        return sees(pair.beta(), agent(voyage.provider), dispute).value();
    }

    CompletableFuture<Dispute> openVoting(String dispute) {
        return Asked.later(
                OPERATOR,
                "vote " + dispute,
                observer -> pair.alpha()
                        .disputes
                        .openVoting(
                                OpenVotingRequest.newBuilder()
                                        .setDisputeId(dispute)
                                        .build(),
                                observer));
    }

    CompletableFuture<Dispute> rule(String dispute, Ruling ruling) {
        return Asked.later(
                OPERATOR,
                "rule " + dispute,
                observer -> pair.alpha()
                        .disputes
                        .ruleDispute(
                                RuleDisputeRequest.newBuilder()
                                        .setDisputeId(dispute)
                                        .setRuling(ruling)
                                        .setNote("as the log shows")
                                        .build(),
                                observer));
    }
}
