package hanse.node.contract;

import com.fasterxml.uuid.Generators;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.dispute.Claims;
import hanse.node.dispute.Disputable;
import hanse.node.dispute.DisputeGrpc;
import hanse.node.dispute.Disputes;
import hanse.node.dispute.Notices;
import hanse.node.dispute.Reputation;
import hanse.node.dispute.Rulings;
import hanse.node.dispute.Slash;
import hanse.node.settlement.Here;
import hanse.node.testing.Asked;
import hanse.node.testing.TestRegistry;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Where the contracts of a workshop are disputed.
final class Tribunal {
    private static final Caller OPERATOR = new Caller.Operator("judge", 1);

    final Rulings rulings;
    private final DisputeGrpc disputing;

    Tribunal(Workshop shop) {
        TestRegistry registry = shop.registry;
        List<Disputable> owners = List.of(shop.contracts.disputable());
        Claims claims = new Here(registry.parties);
        Disputes disputes = new Disputes(
                registry.ledger,
                registry.parties,
                owners,
                claims,
                Optional.empty(),
                Generators.timeBasedEpochRandomGenerator()::generate,
                shop.clock);
        rulings = new Rulings(
                registry.database,
                registry.commit,
                registry.parties,
                owners,
                Reputation.NONE,
                new Slash(Reputation.NONE, 0),
                claims,
                Notices.NONE,
                shop.clock);
        disputing = new DisputeGrpc(
                registry.database, registry.outcomes, registry.commit, registry.parties, disputes, rulings);
    }

    private static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    /// @param milestone empty for the whole contract
    Asked<Dispute> file(AgentId by, UUID contract, String milestone, String amount) {
        return Asked.ask(agent(by), observer -> disputing.fileDispute(filing(contract, milestone, amount), observer));
    }

    CompletableFuture<Dispute> filed(AgentId by, UUID contract) {
        return Asked.later(
                agent(by),
                UUID.randomUUID().toString(),
                observer -> disputing.fileDispute(filing(contract, "", ""), observer));
    }

    private static FileDisputeRequest filing(UUID contract, String milestone, String amount) {
        return FileDisputeRequest.newBuilder()
                .setSubject(Subject.newBuilder()
                        .setKind(milestone.isEmpty() ? Subject.Kind.CONTRACT : Subject.Kind.MILESTONE)
                        .setId(contract.toString())
                        .setMilestoneId(milestone))
                .setGrounds(Dispute.Grounds.BAD_SERVICE)
                .setReason("not what was agreed")
                .setAmount(amount)
                .build();
    }

    /// @param award empty for all that is claimed
    Asked<Dispute> rule(Dispute dispute, Ruling ruling, String award) {
        return Asked.ask(
                OPERATOR,
                observer -> disputing.ruleDispute(
                        RuleDisputeRequest.newBuilder()
                                .setDisputeId(dispute.getDisputeId())
                                .setRuling(ruling)
                                .setAward(award)
                                .setNote("as the evidence shows")
                                .build(),
                        observer));
    }

    /// Rules for the complainant; not waited for.
    CompletableFuture<Dispute> ruled(Dispute dispute) {
        return Asked.later(
                OPERATOR,
                UUID.randomUUID().toString(),
                observer -> disputing.ruleDispute(
                        RuleDisputeRequest.newBuilder()
                                .setDisputeId(dispute.getDisputeId())
                                .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                                .build(),
                        observer));
    }

    /// Files, lets vote and rules.
    Dispute ruled(AgentId by, UUID contract, String milestone, String amount, Ruling ruling) {
        Dispute filed = file(by, contract, milestone, amount).value();
        voting(filed);
        return rule(filed, ruling, "").value();
    }

    void voting(Dispute dispute) {
        var unused = Asked.<Dispute>ask(
                        OPERATOR,
                        observer -> disputing.openVoting(
                                OpenVotingRequest.newBuilder()
                                        .setDisputeId(dispute.getDisputeId())
                                        .build(),
                                observer))
                .value();
    }

    void withdraw(AgentId by, Dispute dispute) {
        var unused = withdrawn(by, dispute).join();
    }

    CompletableFuture<Dispute> withdrawn(AgentId by, Dispute dispute) {
        return Asked.later(
                agent(by),
                UUID.randomUUID().toString(),
                observer -> disputing.withdrawDispute(
                        WithdrawDisputeRequest.newBuilder()
                                .setDisputeId(dispute.getDisputeId())
                                .build(),
                        observer));
    }

    Dispute show(Dispute dispute) {
        return Asked.<Dispute>ask(
                        OPERATOR,
                        observer -> disputing.getDispute(
                                GetDisputeRequest.newBuilder()
                                        .setDisputeId(dispute.getDisputeId())
                                        .build(),
                                observer))
                .value();
    }
}
