package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.GetSettlementRequest;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Settlement.Status;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.federation.v1.Answer;
import hanse.federation.v1.DisputedSubject;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SlashApplied;
import hanse.federation.v1.SlashConfirmation;
import hanse.federation.v1.SlashRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.AccountKind;
import hanse.node.payment.PaymentGrpc;
import hanse.node.testing.Asked;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageIds;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Alpha, whose agents pay and complain, and beta, whose agents are paid and slashed.
final class Saga implements AutoCloseable {
    static final Caller OPERATOR = new Caller.Operator("judge", 1);

    /// What may stand at the origin and at the home when nothing is under way.
    private static final Set<List<Status>> LEGAL = Set.of(
            List.of(Status.SETTLED, Status.SETTLED),
            List.of(Status.FAILED, Status.FAILED),
            List.of(Status.EXPIRED, Status.EXPIRED),
            List.of(Status.EXPIRED, Status.FAILED));

    final Pair pair;

    Saga(Path directory) {
        pair = new Pair(directory);
    }

    TestNode alpha() {
        return pair.alpha();
    }

    TestNode beta() {
        return pair.beta();
    }

    static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    /// A payment from alpha to beta that was verified.
    AuthorizeResponse consumed(AgentId payer, AgentId payee, String amount) {
        AuthorizeResponse token = pair.insist(
                () -> Asked.<AuthorizeResponse>later(
                        agent(payer),
                        UUID.randomUUID().toString(),
                        observer -> paying(alpha())
                                .authorize(
                                        AuthorizeRequest.newBuilder()
                                                .setPayee(new Did(beta().id, payee).toString())
                                                .setAmount(amount)
                                                .build(),
                                        observer)),
                made -> true);
        pair.insist(
                () -> Asked.<VerifyResponse>later(
                        agent(payee),
                        UUID.randomUUID().toString(),
                        observer -> paying(beta())
                                .verify(
                                        VerifyRequest.newBuilder()
                                                .setPaymentToken(token.getPaymentToken())
                                                .setIssuer(alpha().id.value())
                                                .build(),
                                        observer)),
                VerifyResponse::getValid);
        return token;
    }

    CompletableFuture<Payment> settle(AgentId payer, AuthorizeResponse token) {
        return Asked.later(
                agent(payer),
                "settle " + token.getPaymentId(),
                observer -> paying(alpha())
                        .settle(
                                SettleRequest.newBuilder()
                                        .setPaymentId(token.getPaymentId())
                                        .build(),
                                observer));
    }

    Payment payment(AgentId party, String payment) {
        return Asked.<Payment>ask(
                        agent(party),
                        observer -> paying(alpha())
                                .getPayment(
                                        GetPaymentRequest.newBuilder()
                                                .setPaymentId(payment)
                                                .build(),
                                        observer))
                .value();
    }

    private static PaymentGrpc paying(TestNode node) {
        return new PaymentGrpc(node.payments, node.parties());
    }

    /// The same, paid.
    String settled(AgentId payer, AgentId payee, String amount) {
        AuthorizeResponse token = consumed(payer, payee, amount);
        var unused = pair.insist(() -> settle(payer, token), paid -> paid.getState() == Payment.State.SETTLED);
        return token.getPaymentId();
    }

    /// A dispute at alpha.
    String filed(AgentId by, String payment, String amount) {
        String request = "file " + UUID.randomUUID();
        return pair.insist(
                        () -> Asked.<Dispute>later(agent(by), request, observer -> file(payment, amount, observer)),
                        dispute -> true)
                .getDisputeId();
    }

    /// The same, if it is not refused.
    Asked<Dispute> file(AgentId by, String payment, String amount) {
        return Asked.ask(agent(by), observer -> file(payment, amount, observer));
    }

    private void file(String payment, String amount, StreamObserver<Dispute> observer) {
        alpha().disputes
                .fileDispute(
                        FileDisputeRequest.newBuilder()
                                .setSubject(Subject.newBuilder()
                                        .setKind(Subject.Kind.PAYMENT)
                                        .setId(payment))
                                .setReason("nothing came")
                                .setAmount(amount)
                                .build(),
                        observer);
    }

    void openVoting(String dispute) {
        var unused = pair.insist(() -> vote(dispute), voted -> true);
    }

    CompletableFuture<Dispute> vote(String dispute) {
        return Asked.later(
                OPERATOR,
                "vote " + dispute,
                observer -> alpha().disputes
                        .openVoting(
                                OpenVotingRequest.newBuilder()
                                        .setDisputeId(dispute)
                                        .build(),
                                observer));
    }

    /// A dispute at alpha that is voted on.
    String voting(AgentId by, String payment, String amount) {
        String dispute = filed(by, payment, amount);
        openVoting(dispute);
        return dispute;
    }

    CompletableFuture<Dispute> rule(String dispute) {
        return rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT);
    }

    CompletableFuture<Dispute> rule(String dispute, Ruling ruling) {
        return rule("rule " + dispute, dispute, ruling, "");
    }

    CompletableFuture<Dispute> rule(String dispute, String award) {
        return rule("award " + award + " " + dispute, dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, award);
    }

    private CompletableFuture<Dispute> rule(String request, String dispute, Ruling ruling, String award) {
        return Asked.later(
                OPERATOR,
                request,
                observer -> alpha().disputes
                        .ruleDispute(
                                RuleDisputeRequest.newBuilder()
                                        .setDisputeId(dispute)
                                        .setRuling(ruling)
                                        .setAward(award)
                                        .setNote("as the evidence shows")
                                        .build(),
                                observer));
    }

    /// Rules for the complainant, whoever dies meanwhile.
    String ruled(String dispute) {
        return pair.insist(() -> rule(dispute), ruled -> true).getDisputeId();
    }

    Dispute dispute(String dispute) {
        return Asked.<Dispute>ask(
                        OPERATOR,
                        observer -> alpha().disputes
                                .getDispute(
                                        GetDisputeRequest.newBuilder()
                                                .setDisputeId(dispute)
                                                .build(),
                                        observer))
                .value();
    }

    /// Beta's operator trusts alpha's requests of so many AVT.
    void trust(int maxAvt) {
        trust(true, maxAvt);
    }

    /// The same threshold, in force or not.
    void trust(boolean enabled, int maxAvt) {
        var unused = Asked.<hanse.dispute.v1.PeerSlashConfig>ask(
                        OPERATOR,
                        observer -> beta().settling
                                .updatePeerSlashConfig(
                                        UpdatePeerSlashConfigRequest.newBuilder()
                                                .setPeerId(alpha().id.value())
                                                .setAutoSlashEnabled(enabled)
                                                .setAutoSlashMaxAvt(maxAvt)
                                                .build(),
                                        observer))
                .value();
    }

    /// What beta makes of a dispute of alpha.
    String atHome(String dispute) {
        return hanse.node.settlement.Settlement.atHome(alpha().id, UUID.fromString(dispute))
                .toString();
    }

    Settlement home(String dispute) {
        return get(beta(), atHome(dispute));
    }

    Settlement origin(String dispute) {
        return get(alpha(), dispute);
    }

    private static Settlement get(TestNode node, String id) {
        return Asked.<Settlement>ask(
                        OPERATOR,
                        observer -> node.settling.getSettlement(
                                GetSettlementRequest.newBuilder()
                                        .setSettlementId(id)
                                        .build(),
                                observer))
                .value();
    }

    boolean isHeld(String dispute) {
        return all(beta()).stream()
                .anyMatch(settlement -> settlement.getSettlementId().equals(atHome(dispute))
                        && settlement.getStatus() == Status.PENDING_SLASH);
    }

    /// Beta's operator decides; a repeat is one.
    CompletableFuture<Settlement> approve(String dispute) {
        return approve(dispute, "once");
    }

    CompletableFuture<Settlement> approve(String dispute, String which) {
        return Asked.later(
                OPERATOR,
                "approve " + which + dispute,
                observer -> beta().settling
                        .approveSettlement(
                                ApproveSettlementRequest.newBuilder()
                                        .setSettlementId(atHome(dispute))
                                        .build(),
                                observer));
    }

    CompletableFuture<Settlement> reject(String dispute) {
        return Asked.later(
                OPERATOR,
                "reject " + dispute,
                observer -> beta().settling
                        .rejectSettlement(
                                RejectSettlementRequest.newBuilder()
                                        .setSettlementId(atHome(dispute))
                                        .setReason("she was served")
                                        .build(),
                                observer));
    }

    static List<Settlement> all(TestNode node) {
        return Asked.<ListSettlementsResponse>ask(
                        OPERATOR,
                        observer -> node.settling.listSettlements(
                                ListSettlementsRequest.newBuilder()
                                        .setPageSize(200)
                                        .build(),
                                observer))
                .value()
                .getSettlementsList();
    }

    /// Nothing is under way, every pair is legal, as much is minted as was burned, and both books hold.
    void requireWhole() {
        pair.rest();
        Pair.requireWhole(alpha(), beta());
        for (Settlement origin : all(alpha())) {
            Settlement home = home(origin.getSettlementId());
            assertThat(LEGAL).contains(List.of(origin.getStatus(), home.getStatus()));
            assertThat(origin.getBurned()).isEqualTo(home.getBurned());
            Dispute dispute = dispute(origin.getSettlementId());
            assertThat(dispute.getEffect().getPending()).isFalse();
            assertThat(dispute.getEffect().getCompensated()).isEqualTo(origin.getBurned());
            assertThat(dispute.getEffect().getFailure()).isEqualTo(origin.getFailure());
        }
        assertThat(alpha().position(beta()).reserved().isZero()).isTrue();
        assertThat(alpha().total(AccountKind.COMPENSATED, beta()))
                .isEqualTo(beta().total(AccountKind.SLASHED, alpha()));
    }

    /// A request to beta that alpha's own books know nothing of. Why it is refused for good; empty when it is not.
    String asked(String payment, AgentId complainant, AgentId defendant, long micros) {
        return refusal(beta(), alpha(), request(UUID.randomUUID(), payment, complainant, defendant, micros));
    }

    Message request(UUID dispute, String payment, AgentId complainant, AgentId defendant, long micros) {
        return message(alpha(), beta())
                .setSlashRequest(SlashRequest.newBuilder()
                        .setDisputeId(MessageIds.bytes(dispute))
                        .setSubject(subject(payment))
                        .setComplainant(new Did(alpha().id, complainant).toString())
                        .setDefendant(new Did(beta().id, defendant).toString())
                        .setAmountMicros(micros))
                .build();
    }

    /// What beta says that it has burned.
    Message confirmation(String dispute, String payment, long burned) {
        return message(beta(), alpha())
                .setSlashConfirmation(SlashConfirmation.newBuilder()
                        .setDisputeId(MessageIds.bytes(UUID.fromString(dispute)))
                        .setSubject(subject(payment))
                        .setApplied(SlashApplied.newBuilder().setBurnedMicros(burned)))
                .build();
    }

    static DisputedSubject.Builder subject(String payment) {
        return DisputedSubject.newBuilder().setKind(1).setId(MessageIds.bytes(UUID.fromString(payment)));
    }

    static Message.Builder message(TestNode from, TestNode to) {
        return Message.newBuilder()
                .setFrom(from.id.value())
                .setTo(to.id.value())
                .setProtocol(1)
                .setId(MessageIds.bytes(UUID.randomUUID()));
    }

    /// Why a message is refused for good; empty when it is not.
    static String refusal(TestNode receiver, TestNode sender, Message message) {
        Answer answer = receiver.receive(sender, message);
        try {
            return Outcome.parseFrom(answer.getOutcome().getOutcome())
                    .getRefused()
                    .getReason();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    void settlesAs(String dispute, Status status) {
        eventually("it ends", () -> origin(dispute).hasEndedAt());
        pair.rest();
        assertThat(origin(dispute).getStatus()).isEqualTo(status);
    }

    @Override
    public void close() {
        pair.close();
    }
}
