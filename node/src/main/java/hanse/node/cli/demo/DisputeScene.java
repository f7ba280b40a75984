package hanse.node.cli.demo;

import hanse.contract.v1.ApproveCompletionRequest;
import hanse.dispute.v1.AppointArbiterRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RecordOpinionRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement.Status;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.error.v1.Reason;
import hanse.node.cli.LocalFederation.Member;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.VerifyRequest;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.UUID;

/// alice disputes what weather was paid for; alpha rules, beta slashes, alpha mints what was slashed.
final class DisputeScene {
    /// What beta's operator lets alpha slash without being asked, whole AVT.
    private static final int AUTOMATIC = 3;

    private static final BigDecimal SMALL = new BigDecimal("2");
    private static final BigDecimal LARGE = new BigDecimal("4");

    private final Stage stage;
    private final Member alpha;
    private final Member beta;
    private final Steps steps;
    private final Slashes slashes;
    private final Standings standings;

    DisputeScene(Stage stage) {
        this.stage = stage;
        this.alpha = stage.alpha;
        this.beta = stage.beta;
        this.steps = stage.steps;
        this.slashes = new Slashes(stage);
        this.standings = new Standings(stage);
    }

    void contract() throws Exception {
        standings.before();
        slashes.trust(AUTOMATIC);
        String contract = stage.contract.orElseThrow().getContractId();
        Dispute dispute = file(Subject.Kind.CONTRACT, contract);
        steps.same(
                "what alice has paid and what is in escrow is at stake",
                ContractScene.FIRST.add(ContractScene.SECOND),
                Stage.amount(dispute.getAmount()));
        stage.expectRefusal(
                "an approval while it is disputed",
                Reason.SUBJECT_FROZEN,
                () -> stage.alpha(stage.alice())
                        .contracts()
                        .approveCompletion(ApproveCompletionRequest.newBuilder()
                                .setContractId(contract)
                                .setMilestoneId("log")
                                .build()));
        evidence(dispute);
        opinion(dispute);
        Dispute voted = show(dispute);
        steps.same(
                "the node recommends by the rule",
                "ARBITERS_AGREE " + Ruling.IN_FAVOR_OF_COMPLAINANT,
                voted.getRecommendation().getRule() + " "
                        + voted.getRecommendation().getRuling());
        Dispute ruled = rule(dispute, ContractScene.SECOND.add(SMALL));
        steps.same(
                "alpha's operator awards alice 6; of that, back from escrow",
                ContractScene.SECOND,
                Stage.amount(ruled.getEffect().getReturned()));
        slashes.expect(
                "the rest is asked of beta, carried out by its threshold, and is at both", dispute, Status.SETTLED);
        stage.spent(ContractScene.SECOND.negate());
        stage.slashed(SMALL);
        stage.expectAliceAndWeather();
    }

    /// alice files hers at alpha, weather its own at beta.
    private void evidence(Dispute dispute) throws Exception {
        submit(stage.alpha(stage.alice()), dispute, "the log never came, and the chart is of another sea");
        HanseClient atBeta = beta.client().as(stage.weather().credentials());
        stage.await(
                () -> atBeta.disputes()
                        .getDispute(GetDisputeRequest.newBuilder()
                                .setDisputeId(dispute.getDisputeId())
                                .build()),
                found -> found.getEvidenceCount() == 1);
        Evidence answer = submit(atBeta, dispute, "it is the right sea, in an old projection");
        Dispute heard = stage.await(() -> show(dispute), found -> found.getDefendantEvidence() == 1);
        steps.check(
                "alice's evidence is read at beta, and weather's, filed there, at alpha",
                heard.getEvidenceList().contains(answer));
    }

    private static Evidence submit(HanseClient as, Dispute dispute, String statement) {
        return as.disputes()
                .submitEvidence(SubmitEvidenceRequest.newBuilder()
                        .setDisputeId(dispute.getDisputeId())
                        .setStatement(statement)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    /// bob is asked what he thinks.
    private void opinion(Dispute dispute) throws IOException {
        var appointed = alpha.operator()
                .disputes()
                .appointArbiter(AppointArbiterRequest.newBuilder()
                        .setDisputeId(dispute.getDisputeId())
                        .setAgentId(stage.bob().id())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        vote(appointed);
        var opinion = stage.alpha(stage.bob())
                .disputes()
                .recordOpinion(RecordOpinionRequest.newBuilder()
                        .setDisputeId(dispute.getDisputeId())
                        .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                        .setNote("that is the Kattegat")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        steps.same("bob, appointed arbiter, would rule", Ruling.IN_FAVOR_OF_COMPLAINANT, opinion.getRuling());
    }

    void more() throws Exception {
        Dispute approved = ruled(LARGE);
        slashes.expectHeld(approved);
        slashes.approve(approved);
        slashes.expect("beta's operator approves: it is at both", approved, Status.SETTLED);
        stage.slashed(LARGE);

        Dispute rejected = ruled(LARGE);
        slashes.expectHeld(rejected);
        slashes.reject(rejected);
        slashes.expect("beta's operator rejects another: it is at both", rejected, Status.FAILED);

        Dispute survived = voted(SMALL);
        beta.kill();
        var ruled = rule(survived, SMALL);
        steps.check(
                "beta's node is killed, and what is ruled meanwhile waits for it",
                ruled.getEffect().getPending());
        beta.launch();
        beta.awaitReady();
        slashes.expect("beta is back: it is at both", survived, Status.SETTLED);
        stage.slashed(SMALL);
        stage.expectAliceAndWeather();
    }

    void table() throws Exception {
        standings.print();
    }

    /// A payment that alice made, disputes and wins.
    private Dispute ruled(BigDecimal amount) throws Exception {
        return rule(voted(amount), amount);
    }

    /// A payment that alice made and disputes.
    private Dispute voted(BigDecimal amount) throws Exception {
        AuthorizeResponse token = stage.alpha(stage.alice())
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee(stage.weather().did())
                        .setAmount(amount.toPlainString())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        stage.secrets.add("a token for " + amount, token.getPaymentToken());
        var verified = beta.client()
                .as(stage.weather().credentials())
                .payments()
                .verify(VerifyRequest.newBuilder()
                        .setPaymentToken(token.getPaymentToken())
                        .setIssuer(token.getIssuer())
                        .build());
        Payment paid = stage.settle(token);
        if (!verified.getValid() || paid.getState() != Payment.State.SETTLED) {
            throw new IllegalStateException("a payment is " + paid.getState());
        }
        stage.sent(amount, 1);
        Dispute dispute = file(Subject.Kind.PAYMENT, token.getPaymentId());
        vote(dispute);
        return dispute;
    }

    private Dispute file(Subject.Kind kind, String subject) {
        return stage.alpha(stage.alice())
                .disputes()
                .fileDispute(FileDisputeRequest.newBuilder()
                        .setSubject(Subject.newBuilder().setKind(kind).setId(subject))
                        .setGrounds(Dispute.Grounds.BAD_SERVICE)
                        .setReason("not what was agreed")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    private void vote(Dispute dispute) throws IOException {
        var voting = alpha.operator()
                .disputes()
                .openVoting(OpenVotingRequest.newBuilder()
                        .setDisputeId(dispute.getDisputeId())
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        if (voting.getStatus() != Dispute.Status.VOTING) {
            throw new IllegalStateException("a dispute is " + voting.getStatus());
        }
    }

    private Dispute rule(Dispute dispute, BigDecimal award) throws IOException {
        return alpha.operator()
                .disputes()
                .ruleDispute(RuleDisputeRequest.newBuilder()
                        .setDisputeId(dispute.getDisputeId())
                        .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                        .setAward(award.toPlainString())
                        .setNote("as the evidence shows")
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
    }

    private Dispute show(Dispute dispute) throws IOException {
        return alpha.operator()
                .disputes()
                .getDispute(GetDisputeRequest.newBuilder()
                        .setDisputeId(dispute.getDisputeId())
                        .build());
    }
}
