package hanse.node.cli.demo;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import hanse.contract.v1.ApproveCompletionRequest;
import hanse.contract.v1.Contract;
import hanse.contract.v1.GetContractRequest;
import hanse.contract.v1.MarkFailedRequest;
import hanse.contract.v1.Milestone;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.node.cli.LocalFederation.Member;
import hanse.sdk.HttpSigner;
import hanse.sdk.Proofs;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/// alice and weather sign a contract with two milestones, each at its own registry: one is approved and paid, the other
/// fails.
final class ContractScene {
    static final BigDecimal FIRST = new BigDecimal("8");
    static final BigDecimal SECOND = new BigDecimal("4");

    private final Stage stage;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;

    ContractScene(Stage stage) {
        this.stage = stage;
        this.alpha = stage.alpha;
        this.beta = stage.beta;
        this.steps = stage.steps;
    }

    void work() throws Exception {
        Terms terms = terms();
        var unused = stage.alpha(stage.alice())
                .contracts()
                .createContract(
                        Proofs.proposal(terms, stage.alice().credentials().key()).toBuilder()
                                .setRequestId(UUID.randomUUID().toString())
                                .build());
        Terms read = awaitMirror(terms.getContractId()).getTerms();
        steps.check("weather reads at beta what alice has signed at alpha", read.equals(terms));
        String acceptance =
                Proofs.acceptance(read, stage.weather().credentials().key()).getTermsSignature();
        steps.same(
                "weather accepts over HTTP at its own registry",
                200,
                asWeather(terms, "accept-federated", "{\"terms_signature\":\"" + acceptance + "\"}"));
        steps.same(
                "hands in the first milestone",
                200,
                asWeather(terms, "submit-federated", "{\"milestone_id\":\"chart\",\"submission\":\"a chart\"}"));
        Contract paid = approve(terms, "chart");
        steps.same(
                "alice approves it, and it is",
                Milestone.State.PAID,
                paid.getMilestones(0).getState());
        stage.expectRefusal("a second approval", Reason.ALREADY_APPROVED, () -> approve(terms, "chart"));
        stage.expectRefusal(
                "the approval of what was not handed in", Reason.WORK_NOT_SUBMITTED, () -> approve(terms, "log"));
        Contract failed = stage.alpha(stage.alice())
                .contracts()
                .markFailed(MarkFailedRequest.newBuilder()
                        .setContractId(terms.getContractId())
                        .setReason("the log never came")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.same("the second never comes: the contract is", Contract.State.FAILED, failed.getState());
        stage.sent(FIRST, 1);
        stage.spent(SECOND);
        steps.same(
                "of which this waits in escrow",
                SECOND,
                Stage.amount(stage.supply(alpha).getEscrow()));
        stage.expectAliceAndWeather();
        stage.contract = Optional.of(failed);
    }

    private Terms terms() {
        return Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId(alpha.registry())
                .setContractor(stage.alice().did())
                .setProvider(stage.weather().did())
                .setTitle("Winds of the Sound")
                .setDescription("A chart of the prevailing winds, then the log that it was made from.")
                .setFunding(Terms.Funding.ESCROWED)
                .setAcceptBy(Timestamps.add(Timestamps.now(), Durations.fromDays(1)))
                .addMilestones(
                        MilestoneTerms.newBuilder().setMilestoneId("chart").setAmount(FIRST.toPlainString()))
                .addMilestones(MilestoneTerms.newBuilder().setMilestoneId("log").setAmount(SECOND.toPlainString()))
                .build();
    }

    private Contract awaitMirror(String contract) throws Exception {
        GetContractRequest asked =
                GetContractRequest.newBuilder().setContractId(contract).build();
        return stage.await(
                () -> beta.client()
                        .as(stage.weather().credentials())
                        .contracts()
                        .getContract(asked),
                found -> true);
    }

    private int asWeather(Terms terms, String what, String json) throws Exception {
        String path = "/api/v1/contracts/" + terms.getContractId() + "/" + what;
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer =
                stage.send(beta, path, new HttpSigner(stage.weather().credentials()).headers("POST", path, body), body);
        return answer.statusCode();
    }

    private Contract approve(Terms terms, String milestone) {
        return stage.alpha(stage.alice())
                .contracts()
                .approveCompletion(ApproveCompletionRequest.newBuilder()
                        .setContractId(terms.getContractId())
                        .setMilestoneId(milestone)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }
}
