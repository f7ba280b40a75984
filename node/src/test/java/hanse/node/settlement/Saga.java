package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.GetSettlementRequest;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Settlement.Status;
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
import hanse.node.testing.Asked;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// Alpha, whose agents pay and complain, and beta, whose agents are paid and slashed.
final class Saga implements AutoCloseable {
    static final Caller OPERATOR = Demands.OPERATOR;

    /// What may stand at the origin and at the home when nothing is under way.
    private static final Set<List<Status>> LEGAL = Set.of(
            List.of(Status.SETTLED, Status.SETTLED),
            List.of(Status.FAILED, Status.FAILED),
            List.of(Status.EXPIRED, Status.EXPIRED),
            List.of(Status.EXPIRED, Status.FAILED));

    final Pair pair;
    final Demands demands = new Demands(this::alpha, this::beta);

    Saga(Path directory) {
        this(directory, TestNode.Fit.USUAL);
    }

    Saga(Path directory, TestNode.Fit fit) {
        this(new Pair(directory, fit));
    }

    Saga(Pair pair) {
        this.pair = pair;
    }

    TestNode alpha() {
        return pair.alpha();
    }

    TestNode beta() {
        return pair.beta();
    }

    static Caller agent(AgentId agent) {
        return Demands.agent(agent);
    }

    /// A payment from alpha to beta that was verified.
    AuthorizeResponse consumed(AgentId payer, AgentId payee, String amount) {
        AuthorizeResponse token =
                pair.insist(() -> demands.authorize(newRequest(), payer, payee, amount), made -> true);
        pair.insist(() -> demands.verify(newRequest(), payee, token), VerifyResponse::getValid);
        return token;
    }

    private static String newRequest() {
        return UUID.randomUUID().toString();
    }

    CompletableFuture<Payment> settle(AgentId payer, AuthorizeResponse token) {
        return demands.settle("settle " + token.getPaymentId(), payer, token.getPaymentId());
    }

    Payment payment(AgentId party, String payment) {
        return demands.show(party, payment).value();
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
        return pair.insist(() -> demands.file(request, by, Demands.payment(payment), amount), dispute -> true)
                .getDisputeId();
    }

    /// The same, if it is not refused.
    Asked<Dispute> file(AgentId by, String payment, String amount) {
        return Asked.of(demands.file(newRequest(), by, Demands.payment(payment), amount));
    }

    void openVoting(String dispute) {
        var unused = pair.insist(() -> vote(dispute), voted -> true);
    }

    CompletableFuture<Dispute> vote(String dispute) {
        return demands.vote("vote " + dispute, dispute);
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
        return demands.rule("rule " + dispute, dispute, ruling, "");
    }

    CompletableFuture<Dispute> rule(String dispute, String award) {
        return demands.rule("award " + award + " " + dispute, dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, award);
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
        var unused = demands.trust(newRequest(), enabled, maxAvt).join();
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
        return demands.approve("approve " + which + dispute, atHome(dispute));
    }

    CompletableFuture<Settlement> reject(String dispute) {
        return demands.reject("reject " + dispute, atHome(dispute));
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
        return request(alpha(), beta(), dispute, payment, complainant, defendant, micros);
    }

    static Message request(
            TestNode origin,
            TestNode home,
            UUID dispute,
            String payment,
            AgentId complainant,
            AgentId defendant,
            long micros) {
        return message(origin, home)
                .setSlashRequest(SlashRequest.newBuilder()
                        .setDisputeId(MessageIds.bytes(dispute))
                        .setSubject(subject(payment))
                        .setComplainant(new Did(origin.id, complainant).toString())
                        .setDefendant(new Did(home.id, defendant).toString())
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
