package hanse.node.contract;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import hanse.contract.v1.Contract.State;
import hanse.contract.v1.Terms;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.error.v1.Reason;
import hanse.federation.v1.DisputedSubject;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SlashRequest;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.federation.Cut;
import hanse.node.federation.Pair;
import hanse.node.testing.Asked;
import hanse.node.testing.TestRegistry;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A contractor disputes a contract whose provider is of a peer.
@Timeout(120)
final class PeerContractDisputeTest {
    private static final Caller OPERATOR = new Caller.Operator("judge", 1);

    private Pair pair;
    private Voyage voyage;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    /// Beta's operator lets alpha slash so many AVT without being asked.
    private void trust(int maxAvt) {
        var unused = Asked.<PeerSlashConfig>ask(
                        OPERATOR,
                        observer -> pair.beta()
                                .settling
                                .updatePeerSlashConfig(
                                        UpdatePeerSlashConfigRequest.newBuilder()
                                                .setPeerId(pair.alpha().id.value())
                                                .setAutoSlashEnabled(true)
                                                .setAutoSlashMaxAvt(maxAvt)
                                                .build(),
                                        observer))
                .value();
    }

    @AfterEach
    void whole() {
        pair.rest();
        Pair.requireWhole(pair.alpha(), pair.beta());
        pair.close();
    }

    /// A contract of which the first milestone is paid.
    private void begin(Terms.Funding funding) {
        voyage = new Voyage(
                pair::alpha, pair::beta, pair.alpha().agent("100"), pair.beta().agent("100"), funding, "10", "20");
        voyage.create("create").join();
        pair.rest();
        voyage.accept("accept").join();
        voyage.submit("submit", "1").join();
        voyage.approve("approve", "1").join();
        pair.rest();
    }

    private Dispute filed(String milestone) {
        return file(milestone).value();
    }

    private Asked<Dispute> file(String milestone) {
        return Asked.ask(
                new Caller.Agent(voyage.contractor, 1, false, "t"),
                observer -> pair.alpha()
                        .disputes
                        .fileDispute(
                                FileDisputeRequest.newBuilder()
                                        .setSubject(Subject.newBuilder()
                                                .setKind(
                                                        milestone.isEmpty()
                                                                ? Subject.Kind.CONTRACT
                                                                : Subject.Kind.MILESTONE)
                                                .setId(voyage.id.toString())
                                                .setMilestoneId(milestone))
                                        .setReason("the ship is leaking")
                                        .build(),
                                observer));
    }

    private void rule(Dispute dispute) {
        var voted = Asked.<Dispute>ask(
                        OPERATOR,
                        observer -> pair.alpha()
                                .disputes
                                .openVoting(
                                        OpenVotingRequest.newBuilder()
                                                .setDisputeId(dispute.getDisputeId())
                                                .build(),
                                        observer))
                .value();
        var ruled = Asked.<Dispute>ask(
                        OPERATOR,
                        observer -> pair.alpha()
                                .disputes
                                .ruleDispute(
                                        RuleDisputeRequest.newBuilder()
                                                .setDisputeId(dispute.getDisputeId())
                                                .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                                                .build(),
                                        observer))
                .value();
        assertThat(ruled.getDisputeId()).isEqualTo(voted.getDisputeId());
    }

    private Dispute shown(Dispute dispute) {
        return Asked.<Dispute>ask(
                        OPERATOR,
                        observer -> pair.alpha()
                                .disputes
                                .getDispute(
                                        GetDisputeRequest.newBuilder()
                                                .setDisputeId(dispute.getDisputeId())
                                                .build(),
                                        observer))
                .value();
    }

    @Test
    void aPaidMilestoneIsSlashedThereMintedHereAndTheContractGoesOnAtBoth() {
        trust(10);
        begin(Terms.Funding.ON_APPROVAL);
        Dispute dispute = filed("1");
        eventually("beta sees it", () -> voyage.mirrored().getState() == State.DISPUTED);
        rule(dispute);
        eventually("it is carried out", () -> !shown(dispute).getEffect().getPending());
        assertThat(shown(dispute).getEffect().getCompensated()).isEqualTo("10");
        assertThat(pair.alpha().balance(voyage.contractor)).hasToString("100");
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
        eventually("beta sees it", () -> voyage.mirrored().getState() == State.ACTIVE);
        voyage.submit("again", "2").join();
    }

    @Test
    void escrowGoesBackAtOnceAndWhatWasPaidWhenItIsSlashed() {
        trust(10);
        begin(Terms.Funding.ESCROWED);
        Dispute dispute = filed("");
        assertThat(dispute.getAmount()).isEqualTo("30");
        rule(dispute);
        eventually("it is carried out", () -> !shown(dispute).getEffect().getPending());
        assertThat(shown(dispute).getEffect().getReturned()).isEqualTo("20");
        assertThat(shown(dispute).getEffect().getCompensated()).isEqualTo("10");
        assertThat(pair.alpha().balance(voyage.contractor)).hasToString("100");
        assertThat(voyage.kept().getState()).isEqualTo(State.FAILED);
        eventually("beta sees it", () -> voyage.mirrored().getState() == State.FAILED);
    }

    @Test
    void aHomeThatDoesNotAnswerKeepsTheContractForADayAtMost() {
        begin(Terms.Funding.ESCROWED);
        Dispute dispute = filed("1");
        rule(dispute);
        eventually("it is held", () -> waiting().isPresent());
        pair.rest();
        Cut.BEFORE_IT_IS_SENT.during(pair.beta(), pair.alpha(), this::rejected, () -> {
            assertThat(voyage.kept().getState()).isEqualTo(State.DISPUTED);
            pair.pass(Duration.ofHours(25));
            assertThat(pair.alpha().settlements.sweep()).isOne();
            assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
            // It may still be slashed, so nobody asks for more meanwhile.
            assertThat(file("2").refusal()).contains(Reason.ALREADY_DISPUTED);
            assertThat(pair.alpha().settlements.sweep()).isZero();
        });
        eventually("alpha knows", () -> !shown(dispute).getEffect().getPending());
        assertThat(voyage.kept().getState()).isEqualTo(State.ACTIVE);
        voyage.submit("go on", "2").join();
        assertThat(file("2").refusal()).isEmpty();
    }

    /// The slash that waits for beta's operator.
    private Optional<Settlement> waiting() {
        return Asked.<ListSettlementsResponse>ask(
                        OPERATOR,
                        observer -> pair.beta()
                                .settling
                                .listSettlements(ListSettlementsRequest.getDefaultInstance(), observer))
                .value()
                .getSettlementsList()
                .stream()
                .filter(settlement -> settlement.getStatus() == Settlement.Status.PENDING_SLASH)
                .findFirst();
    }

    private void rejected() {
        RejectSettlementRequest rejection = RejectSettlementRequest.newBuilder()
                .setSettlementId(waiting().orElseThrow().getSettlementId())
                .build();
        var unused = Asked.<Settlement>ask(
                        OPERATOR, observer -> pair.beta().settling.rejectSettlement(rejection, observer))
                .value();
    }

    @Test
    void aMilestoneThatIsDisputedAsItIsPaidIsRecoveredOnceWhicheverComesFirst() {
        trust(10);
        for (int round = 0; round < 8; round++) {
            voyage = new Voyage(
                    pair::alpha,
                    pair::beta,
                    pair.alpha().agent("100"),
                    pair.beta().agent("10"),
                    Terms.Funding.ESCROWED,
                    "10");
            voyage.create("create " + round).join();
            pair.rest();
            voyage.accept("accept " + round).join();
            voyage.submit("submit " + round, "1").join();
            pair.rest();
            boolean filesFirst = round % 2 == 0;
            CompletableFuture<Dispute> early =
                    filesFirst ? CompletableFuture.supplyAsync(() -> filed("1")) : new CompletableFuture<>();
            CompletableFuture<?> approval = voyage.approve("approve " + round, "1");
            Dispute dispute = filesFirst ? early.join() : filed("1");
            // While it was on its way nothing was held or captured; frozen it is not paid.
            assertThat(dispute.getSnapshot().getState()).isIn("SUBMITTED", "PAYING", "PAID");
            assertThat(TestRegistry.refusal(approval)).isIn(Optional.empty(), Optional.of(Reason.SUBJECT_FROZEN));
            rule(dispute);
            eventually("it is carried out", () -> {
                var unused = pair.alpha().rulings.sweep();
                return shown(dispute).hasEffect() && !shown(dispute).getEffect().getPending();
            });
            pair.rest();
            assertThat(pair.alpha().balance(voyage.contractor)).isEqualTo("100");
            assertThat(pair.beta().balance(voyage.provider))
                    .isEqualTo(shown(dispute).getEffect().getReturned().equals("10") ? "10" : "9.95");
        }
    }

    @Test
    void aHomeSlashesNoMoreThanItsOwnBooksSayWasPaidForTheMilestone() {
        begin(Terms.Funding.ON_APPROVAL);
        assertThat(asked("2", 1)).contains(Reason.SLASH_ABOVE_RECEIVED);
        assertThat(asked("1", 10_000_001)).contains(Reason.SLASH_ABOVE_RECEIVED);
        assertThat(asked("", 10_000_001)).contains(Reason.SLASH_ABOVE_RECEIVED);
        assertThat(asked(new UUID(0, 0), "", Timestamps.now(), 1)).contains(Reason.MESSAGE_REFUSED);
        Timestamp never = Timestamp.newBuilder()
                .setSeconds(Long.MAX_VALUE)
                .setNanos(Integer.MAX_VALUE)
                .build();
        assertThat(asked(voyage.id, "1", never, 1)).contains(Reason.MESSAGE_REFUSED);
        assertThat(asked("1", 6_000_000)).isEmpty();
        assertThat(asked("", 5_000_000)).contains(Reason.SLASH_ABOVE_RECEIVED);
    }

    private Optional<Reason> asked(String milestone, long micros) {
        return asked(voyage.id, milestone, Timestamps.now(), micros);
    }

    /// What beta says to a request that alpha's own books know nothing of; empty when it takes it.
    private Optional<Reason> asked(UUID contract, String milestone, Timestamp filedAt, long micros) {
        Message message = Message.newBuilder()
                .setFrom(pair.alpha().id.value())
                .setTo(pair.beta().id.value())
                .setProtocol(1)
                .setId(MessageIds.bytes(UUID.randomUUID()))
                .setSlashRequest(SlashRequest.newBuilder()
                        .setDisputeId(MessageIds.bytes(UUID.randomUUID()))
                        .setSubject(DisputedSubject.newBuilder()
                                .setKind(milestone.isEmpty() ? 2 : 3)
                                .setId(MessageIds.bytes(contract))
                                .setMilestoneId(milestone))
                        .setComplainant(new Did(pair.alpha().id, voyage.contractor).toString())
                        .setDefendant(new Did(pair.beta().id, voyage.provider).toString())
                        .setFiledAt(filedAt)
                        .setAmountMicros(micros))
                .build();
        try {
            Outcome outcome = Outcome.parseFrom(
                    pair.beta().receive(pair.alpha(), message).getOutcome().getOutcome());
            return outcome.hasRefused()
                    ? Optional.of(Reason.valueOf(outcome.getRefused().getReason()))
                    : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
