package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.ListPeerSlashConfigsRequest;
import hanse.dispute.v1.ListPeerSlashConfigsResponse;
import hanse.dispute.v1.Settlement;
import hanse.dispute.v1.Settlement.Status;
import hanse.dispute.v1.SettlementStep;
import hanse.error.v1.Reason;
import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.federation.Cut;
import hanse.node.ledger.AccountKind;
import hanse.node.testing.Asked;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The slash saga over real links. Source: spec/protocol, Cross-Registry Dispute Settlement; design §8.
@Timeout(120)
class SagaTest {
    private Saga saga;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void start(@TempDir Path directory) {
        saga = new Saga(directory);
        alice = saga.alpha().agent("1000");
        bob = saga.beta().agent("100");
    }

    @AfterEach
    void whole() {
        saga.requireWhole();
        saga.close();
    }

    @Test
    void whatThePeersThresholdAdmitsIsSlashedAndMintedWithoutAnyone() {
        saga.trust(10);
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, "10"), ""));
        saga.settlesAs(dispute, Status.SETTLED);
        Settlement home = saga.home(dispute);
        assertThat(home.getStatus()).isEqualTo(Status.SETTLED);
        assertThat(home.getBurned()).isEqualTo("10");
        assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
        assertThat(saga.beta().balance(bob)).isEqualTo("99.95");
        assertThat(saga.alpha().total(AccountKind.COMPENSATED, saga.beta())).isEqualTo(10_000_000);
        assertThat(saga.dispute(dispute).getEffect().getCompensated()).isEqualTo("10");
        assertThat(statuses(home))
                .containsExactly(Status.PENDING_SLASH, Status.SLASHING, Status.SLASHED, Status.SETTLED);
        assertThat(home.getSteps(0).getBy()).isEqualTo("peer:alpha.example");
        assertThat(home.getSteps(1).getBy()).isEqualTo("auto");
        assertThat(home.getSteps(2).getMessageId())
                .isEqualTo(last(saga.origin(dispute)).getMessageId());
        assertThat(last(saga.origin(dispute)).getNote()).isEqualTo("burned 10");
    }

    @Test
    void whatTheThresholdDoesNotAdmitWaitsForTheOperatorAndTheDefendantCannotSpendIt() {
        saga.trust(9);
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, "10"), ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        assertThat(saga.beta().held(bob)).isEqualTo("10");
        assertThat(saga.home(dispute).getHeld()).isEqualTo("10");
        assertThat(saga.alpha().position(saga.beta()).reserved().toString()).isEqualTo("10");
        assertThat(saga.dispute(dispute).getEffect().getPending()).isTrue();
        assertThat(saga.beta().fault()).isEmpty();
        assertThat(saga.alpha().fault()).isEmpty();

        assertThat(saga.approve(dispute).join().getStatus()).isEqualTo(Status.SLASHED);
        saga.settlesAs(dispute, Status.SETTLED);
        assertThat(saga.beta().held(bob)).isEqualTo("0");
        assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
        assertThat(TestRegistry.refusal(saga.reject(dispute))).contains(Reason.SETTLEMENT_NOT_HELD);
    }

    @Test
    void whatTheOperatorRejectsComesToNothingAndTheDealingIsFreeAgain() {
        String payment = saga.settled(alice, bob, "10");
        String dispute = saga.ruled(saga.voting(alice, payment, ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        assertThat(saga.reject(dispute).join().getStatus()).isEqualTo(Status.FAILED);
        saga.settlesAs(dispute, Status.FAILED);
        assertThat(saga.dispute(dispute).getEffect().getFailure()).isEqualTo("SLASH_REJECTED");
        assertThat(saga.home(dispute).getStepsList())
                .anySatisfy(step -> assertThat(step.getNote()).isEqualTo("she was served"));
        assertThat(saga.beta().held(bob)).isEqualTo("0");
        assertThat(saga.beta().balance(bob)).isEqualTo("109.95");
        // All of it can be asked for again.
        saga.trust(10);
        String again = saga.ruled(saga.voting(alice, payment, ""));
        saga.settlesAs(again, Status.SETTLED);
    }

    @Test
    void whatTheOperatorHasRejectedKeepsNobodysMoneyWhenItIsAskedForAgain() {
        String payment = saga.settled(alice, bob, "10");
        String dispute = saga.ruled(saga.voting(alice, payment, ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        var unused = saga.reject(dispute).join();
        saga.settlesAs(dispute, Status.FAILED);
        String again = saga.ruled(saga.voting(alice, payment, ""));
        eventually("it waits", () -> saga.isHeld(again));
        assertThat(saga.beta().held(bob)).isEqualTo("0");
        // The operator may still change its mind.
        assertThat(saga.approve(again).join().getStatus()).isEqualTo(Status.SLASHED);
        saga.settlesAs(again, Status.SETTLED);
        assertThat(saga.beta().balance(bob)).isEqualTo("99.95");
    }

    @Test
    void aSuspendedPeersSlashWaitsAndKeepsNobodysMoney() {
        saga.trust(10);
        String dispute = saga.voting(alice, saga.settled(alice, bob, "10"), "");
        saga.beta().suspendPeer(saga.alpha());
        String ruled = saga.ruled(dispute);
        eventually("it waits", () -> saga.isHeld(ruled));
        assertThat(saga.beta().held(bob)).isEqualTo("0");
        assertThat(saga.approve(ruled).join().getStatus()).isEqualTo(Status.SLASHED);
        saga.settlesAs(ruled, Status.SETTLED);
    }

    @Test
    void whatTheDefendantDoesNotHaveIsNotSlashedAtAll() {
        AgentId poor = saga.beta().agent("0");
        saga.trust(10);
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, poor, "10"), ""));
        saga.settlesAs(dispute, Status.FAILED);
        assertThat(saga.origin(dispute).getFailure()).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(saga.beta().balance(poor)).isEqualTo("9.95");
    }

    @Test
    void nothingIsSlashedOnceItHasExpiredWhoeverApproves() {
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, "10"), ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        saga.pair.pass(Duration.ofHours(24));
        assertThat(saga.approve(dispute).join().getStatus()).isEqualTo(Status.EXPIRED);
        saga.settlesAs(dispute, Status.EXPIRED);
        assertThat(saga.home(dispute).getFailure()).isEqualTo(Reason.SLASH_EXPIRED.name());
        assertThat(saga.origin(dispute).getFailure()).isEqualTo(Reason.SLASH_EXPIRED.name());
        assertThat(saga.dispute(dispute).getEffect().getFailure()).isEqualTo(Reason.SLASH_EXPIRED.name());
        assertThat(saga.beta().balance(bob)).isEqualTo("109.95");
    }

    @Test
    void whatTheOriginTakesForExpiredIsMintedAllTheSameWhenItWasBurned() {
        saga.trust(10);
        String payment = saga.settled(alice, bob, "10");
        String dispute = saga.voting(alice, payment, "");
        assertThat(saga.payment(alice, payment).getDisputeId()).isEqualTo(dispute);
        // The confirmation does not arrive for a day.
        Cut.BEFORE_IT_IS_SENT.during(saga.beta(), saga.alpha(), () -> saga.ruled(dispute), () -> {
            saga.pair.pass(Duration.ofHours(25));
            assertThat(saga.alpha().settlements.sweep()).isOne();
            assertThat(saga.origin(dispute).getStatus()).isEqualTo(Status.EXPIRED);
            assertThat(saga.origin(dispute).hasEndedAt()).isFalse();
            assertThat(saga.dispute(dispute).getEffect().getPending()).isTrue();
            // The payment goes on, but nobody disputes what may still be slashed.
            assertThat(saga.payment(alice, payment).getDisputeId()).isEmpty();
            assertThat(saga.file(alice, payment, "").refusal()).contains(Reason.ALREADY_DISPUTED);
        });
        saga.settlesAs(dispute, Status.SETTLED);
        assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
    }

    @Test
    void whatTheOriginTakesForExpiredStaysSoWhenTheHomeHasRejectedIt() {
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, "10"), ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        saga.pair.rest();
        // The confirmation does not arrive for a day.
        Cut.BEFORE_IT_IS_SENT.during(
                saga.beta(), saga.alpha(), () -> saga.reject(dispute).join(), () -> {
                    saga.pair.pass(Duration.ofHours(25));
                    assertThat(saga.alpha().settlements.sweep()).isOne();
                });
        saga.settlesAs(dispute, Status.EXPIRED);
        assertThat(saga.origin(dispute).getFailure()).isEqualTo("SLASH_REJECTED");
        assertThat(saga.home(dispute).getStatus()).isEqualTo(Status.FAILED);
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void theLinkMayBreakWheneverTheRequestGoesOver(Cut cut) {
        saga.trust(10);
        String dispute = saga.voting(alice, saga.settled(alice, bob, "10"), "");
        saga.pair.rest();
        cut.during(saga.alpha(), saga.beta(), () -> saga.ruled(dispute), () -> {});
        saga.settlesAs(dispute, Status.SETTLED);
        assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void theLinkMayBreakWheneverTheConfirmationGoesOver(Cut cut) {
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, "10"), ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        saga.pair.rest();
        cut.during(saga.beta(), saga.alpha(), () -> saga.approve(dispute).join(), () -> {});
        saga.settlesAs(dispute, Status.SETTLED);
        assertThat(saga.beta().balance(bob)).isEqualTo("99.95");
    }

    @Test
    void aRulingOnAPaymentThatIsSettlingIsCarriedOutWhenItHasArrived() {
        saga.trust(10);
        AuthorizeResponse token = saga.consumed(alice, bob, "10");
        String[] dispute = new String[1];
        Cut.BEFORE_IT_IS_SENT.during(saga.alpha(), saga.beta(), () -> saga.settle(alice, token), () -> {
            dispute[0] = saga.voting(alice, token.getPaymentId(), "");
            // If it comes back, it goes to the one or the other as a whole.
            assertThat(TestRegistry.refusal(saga.rule(dispute[0], "9"))).contains(Reason.AWARD_NOT_WHOLE);
            Dispute ruled = saga.rule(dispute[0]).join();
            assertThat(ruled.getSnapshot().getState()).isEqualTo("SETTLING");
            assertThat(ruled.getSnapshot().getInFlight()).isEqualTo("10");
            assertThat(ruled.hasEffect()).isFalse();
            assertThat(saga.alpha().rulings.sweep()).isZero();
        });
        eventually("it is carried out", () -> saga.alpha().rulings.sweep() == 1);
        saga.settlesAs(dispute[0], Status.SETTLED);
        assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
    }

    @Test
    void whatIsHeldForAPayeeOfAPeerGoesBackWithoutASlash() {
        AuthorizeResponse token = saga.consumed(alice, bob, "10");
        String dispute = saga.ruled(saga.voting(alice, token.getPaymentId(), ""));
        assertThat(saga.dispute(dispute).getEffect().getReturned()).isEqualTo("10");
        assertThat(TestRegistry.refusal(saga.settle(alice, token))).contains(Reason.TOKEN_RELEASED);
        assertThat(Saga.all(saga.alpha())).isEmpty();
        assertThat(saga.alpha().held(alice)).isEqualTo("0");
    }

    @Test
    void noRulingAsksForMoreThanThereIsHeadroomFor() {
        // What alpha's agents were paid and have paid is even: the compensation would be all that alpha holds of beta.
        assertThat(saga.beta().send(bob, saga.alpha(), alice, "10").join().getRefusal())
                .isEmpty();
        String dispute = saga.voting(alice, saga.settled(alice, bob, "10"), "");
        saga.alpha().limitPeer(saga.beta(), "9.999999");
        assertThat(TestRegistry.refusal(saga.rule(dispute))).contains(Reason.EXPOSURE_EXCEEDED);
        assertThat(saga.dispute(dispute).getStatus()).isEqualTo(Dispute.Status.VOTING);
        saga.alpha().limitPeer(saga.beta(), "10");
        String more = saga.voting(alice, saga.settled(alice, bob, "1"), "");
        String ruled = saga.ruled(more);
        eventually("it is held", () -> saga.isHeld(ruled));
        var unused = saga.reject(ruled).join();
    }

    @Test
    void aRequestForWhatIsNotHereIsRefusedForGoodAndNothingMoves() {
        String payment = saga.settled(alice, bob, "10");
        saga.trust(1_000_000);
        AgentId nobody = new AgentId(UUID.randomUUID());
        assertThat(asked(payment, alice, nobody, 1)).isEqualTo("UNKNOWN_AGENT");
        assertThat(asked(UUID.randomUUID().toString(), alice, bob, 1)).isEqualTo("DEALING_NOT_PROVEN");
        assertThat(asked(payment, saga.alpha().agent("0"), bob, 1)).isEqualTo("DEALING_NOT_PROVEN");
        assertThat(asked(payment, alice, bob, 10_000_001)).isEqualTo("SLASH_ABOVE_RECEIVED");
        assertThat(asked(payment, alice, bob, 0)).isEqualTo("MESSAGE_REFUSED");
        assertThat(saga.beta().balance(bob)).isEqualTo("109.95");
        assertThat(saga.beta().held(bob)).isEqualTo("0");
    }

    @Test
    void aRequestIsOneHoweverOftenItComesAndWithWhateverContent() {
        String payment = saga.settled(alice, bob, "10");
        UUID dispute = UUID.randomUUID();
        Message first = saga.request(dispute, payment, alice, bob, 1_000_000);
        assertThat(Saga.refusal(saga.beta(), saga.alpha(), first)).isEmpty();
        assertThat(saga.beta().held(bob)).isEqualTo("1");
        assertThat(Saga.refusal(saga.beta(), saga.alpha(), first)).isEmpty();
        // The same message with other content is no message; the same dispute in another message is refused for good.
        Message.Builder other = first.toBuilder();
        other.getSlashRequestBuilder().setAmountMicros(2_000_000);
        assertThat(saga.beta()
                        .receive(saga.alpha(), other.build())
                        .getUndecided()
                        .getReason())
                .isEqualTo("REQUEST_ID_REUSED");
        Message again = saga.request(dispute, payment, alice, bob, 2_000_000);
        assertThat(Saga.refusal(saga.beta(), saga.alpha(), again)).isEqualTo("REQUEST_ID_REUSED");
        assertThat(saga.beta().held(bob)).isEqualTo("1");
        // Nor is it asked for again once it has expired.
        saga.pair.pass(Duration.ofHours(24));
        assertThat(saga.beta().settlements.sweep()).isOne();
        Message late = saga.request(dispute, payment, alice, bob, 1_000_000);
        assertThat(Saga.refusal(saga.beta(), saga.alpha(), late)).isEqualTo("REQUEST_ID_REUSED");
        assertThat(saga.beta().held(bob)).isEqualTo("0");
        assertThat(saga.beta().balance(bob)).isEqualTo("109.95");
    }

    @Test
    void aHomeThatLiesGainsNothing() {
        String payment = saga.settled(alice, bob, "10");
        String dispute = saga.ruled(saga.voting(alice, payment, ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        saga.pair.rest();
        assertThat(confirmed(dispute, payment, 10_000_001)).isEqualTo("BURNED_ABOVE_REQUESTED");
        assertThat(confirmed(dispute, payment, 0)).isEqualTo("MESSAGE_REFUSED");
        assertThat(confirmed(UUID.randomUUID().toString(), payment, 1)).isEqualTo("UNKNOWN_SLASH");
        assertThat(confirmed(dispute, UUID.randomUUID().toString(), 1)).isEqualTo("MESSAGE_REFUSED");
        assertThat(saga.alpha().balance(alice)).isEqualTo("990");
        assertThat(saga.approve(dispute).join().getStatus()).isEqualTo(Status.SLASHED);
        saga.settlesAs(dispute, Status.SETTLED);
        assertThat(confirmed(dispute, payment, 10_000_000)).isEqualTo("UNKNOWN_SLASH");
        assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
    }

    @Test
    void everySignedCallerReadsThresholdsAndOnlyOperatorsHowDealingWithThePeerHasGone() {
        saga.trust(7);
        ListPeerSlashConfigsResponse seen = Asked.<ListPeerSlashConfigsResponse>ask(
                        Saga.agent(bob),
                        observer -> saga.beta()
                                .settling
                                .listPeerSlashConfigs(ListPeerSlashConfigsRequest.getDefaultInstance(), observer))
                .value();
        assertThat(seen.getPeersList()).singleElement().satisfies(config -> {
            assertThat(config.getPeerId()).isEqualTo("alpha.example");
            assertThat(config.getAutoSlashEnabled()).isTrue();
            assertThat(config.getAutoSlashMaxAvt()).isEqualTo(7);
            assertThat(config.hasBayesianDiscount()).isFalse();
        });
    }

    private String asked(String payment, AgentId complainant, AgentId defendant, long micros) {
        return saga.asked(payment, complainant, defendant, micros);
    }

    private String confirmed(String dispute, String payment, long burned) {
        return Saga.refusal(saga.alpha(), saga.beta(), saga.confirmation(dispute, payment, burned));
    }

    private static List<Status> statuses(Settlement settlement) {
        return settlement.getStepsList().stream().map(SettlementStep::getStatus).toList();
    }

    private static SettlementStep last(Settlement settlement) {
        return settlement.getSteps(settlement.getStepsCount() - 1);
    }
}
