package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListDisputesResponse;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.testing.Asked;
import hanse.payment.v1.Payment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Source: spec/protocol, Disputes; design §7.
class DisputesTest {
    private Court court;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void open() {
        court = new Court();
        alice = court.registry.agent("100");
        bob = court.registry.agent("0");
    }

    @AfterEach
    void booksHold() {
        assertThat(court.registry.verify().fault()).isEmpty();
        court.close();
    }

    @Test
    void aDisputeFreezesThePaymentForEverybody() {
        String payment = court.consumed(alice, bob, "10");
        Dispute dispute = court.file(alice, payment, "").value();
        assertThat(dispute.getStatus()).isEqualTo(Dispute.Status.OPEN);
        assertThat(dispute.getSnapshot().getState()).isEqualTo("CONSUMED");
        assertThat(dispute.getSnapshot().getHeld()).isEqualTo("10");
        assertThat(dispute.getSnapshot().getCaptured()).isEqualTo("0");
        assertThat(dispute.getAmount()).isEqualTo("10");
        assertThat(court.payment(payment).getDisputeId()).isEqualTo(dispute.getDisputeId());

        court.clock.advance(Duration.ofHours(25));
        assertThat(court.settle(alice, payment).refusal()).contains(Reason.SUBJECT_FROZEN);
        assertThat(court.claim(bob, payment).refusal()).contains(Reason.SUBJECT_FROZEN);
        assertThat(court.waive(bob, payment).refusal()).contains(Reason.SUBJECT_FROZEN);
        assertThat(court.release(alice, payment).refusal()).contains(Reason.ALREADY_CONSUMED);
        court.clock.advance(Duration.ofDays(29));
        assertThat(court.payments.sweepAll()).isZero();
        assertThat(court.registry.account(alice).held()).isEqualTo(Avt.parse("10"));
    }

    @Test
    void aPaymentWhosePayeeIsClosedStaysFrozenUntilTheDisputeIsOver() {
        String payment = court.consumed(alice, bob, "10");
        String dispute = court.file(alice, payment, "").value().getDisputeId();
        court.registry.database.write(tx -> {
            court.registry.ledger.deactivate(tx, bob);
            return bob;
        });
        assertThat(court.payments.sweepOwedTo(bob)).isZero();
        var unused = court.withdraw(alice, dispute).value();
        assertThat(court.payments.sweepOwedTo(bob)).isOne();
    }

    @Test
    void theRulingForTheComplainantReturnsWhatIsHeld() {
        String payment = court.consumed(alice, bob, "10");
        String dispute = court.voting(alice, payment, "");
        Dispute closed = court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "").value();
        assertThat(closed.getStatus()).isEqualTo(Dispute.Status.CLOSED);
        assertThat(closed.getClosing()).isEqualTo(Dispute.Closing.RULED);
        assertThat(closed.getEffect().getReturned()).isEqualTo("10");
        assertThat(closed.getEffect().getCompensated()).isEqualTo("0");
        assertThat(court.payment(payment).getState()).isEqualTo(Payment.State.RELEASED);
        assertThat(court.registry.account(alice).held()).isEqualTo(Avt.ZERO);
        assertThat(court.slashed()).isZero();
    }

    @Test
    void theRulingForTheComplainantSlashesWhatWasPaidAndMintsAsMuch() {
        String payment = court.settled(alice, bob, "10");
        var unused = court.registry.pay(alice, bob, "5");
        long before = court.registry.balance(alice);
        String dispute = court.voting(alice, payment, "");
        Dispute closed = court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "").value();
        assertThat(closed.getEffect().getReturned()).isEqualTo("0");
        assertThat(closed.getEffect().getCompensated()).isEqualTo("10");
        assertThat(closed.getAwarded()).isEqualTo("10");
        assertThat(court.registry.balance(alice)).isEqualTo(before + 10_000_000);
        assertThat(court.registry.balance(bob)).isEqualTo(9_950_000 + 4_975_000 - 10_000_000);
        assertThat(court.slashed()).isEqualTo(10_000_000);
        assertThat(court.compensated()).isEqualTo(10_000_000);
        assertThat(kinds(dispute))
                .containsExactlyInAnyOrder(
                        EntryKind.DISPUTE_FILED,
                        EntryKind.DISPUTE_VOTING_OPENED,
                        EntryKind.DISPUTE_RULED,
                        EntryKind.DISPUTE_SLASH,
                        EntryKind.DISPUTE_COMPENSATION_MINTED,
                        EntryKind.DISPUTE_SETTLEMENT,
                        EntryKind.DISPUTE_SETTLEMENT,
                        EntryKind.DISPUTE_SETTLEMENT,
                        EntryKind.DISPUTE_SETTLEMENT,
                        EntryKind.DISPUTE_CARRIED_OUT);
    }

    @Test
    void aBondPaysFirst() {
        var unused = court.registry.pay(alice, bob, "20");
        court.bond(bob, "7");
        String payment = court.settled(alice, bob, "10");
        long before = court.registry.balance(bob);
        String dispute = court.voting(alice, payment, "");
        assertThat(court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                        .value()
                        .getEffect()
                        .getCompensated())
                .isEqualTo("10");
        assertThat(court.reputation.forfeited).isEqualTo(Avt.parse("7"));
        assertThat(court.registry.balance(bob)).isEqualTo(before - 3_000_000);
        assertThat(court.slashed()).isEqualTo(10_000_000);
    }

    @Test
    void whatCannotBeSlashedAsAWholeIsNotSlashedAtAllAndTheRulingStands() {
        String payment = court.settled(alice, bob, "10");
        String dispute = court.voting(alice, payment, "");
        Dispute closed = court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "").value();
        assertThat(closed.getRuling()).isEqualTo(Ruling.IN_FAVOR_OF_COMPLAINANT);
        assertThat(closed.getEffect().getFailure()).isEqualTo(Reason.INSUFFICIENT_FUNDS.name());
        assertThat(court.slashed()).isZero();
        assertThat(court.compensated()).isZero();
        assertThat(court.reputation.signals).containsExactly(alice + "→" + bob + " +0 −3");
        // The fee is why: bob has 9.95. An award that he can pay is recovered by another dispute.
        String again = court.voting(alice, payment, "9.95");
        assertThat(court.rule(again, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                        .value()
                        .getEffect()
                        .getCompensated())
                .isEqualTo("9.95");
    }

    @Test
    void aClosedComplainantIsCompensatedAllTheSame() {
        AgentId carol = court.registry.agent("50");
        String payment = court.settled(carol, bob, "10");
        var unused = court.registry.pay(alice, bob, "5");
        String dispute = court.voting(carol, payment, "");
        long before = court.registry.balance(carol);
        court.registry.database.write(tx -> {
            court.registry.ledger.deactivate(tx, carol);
            return carol;
        });
        var closed = court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "").value();
        assertThat(court.registry.balance(carol)).isEqualTo(before + 10_000_000);
        assertThat(closed.getEffect().getCompensated()).isEqualTo("10");
    }

    @Test
    void neverMoreIsRecoveredThanWasPaidOverAllDisputesEver() {
        var unused = court.registry.pay(alice, bob, "50");
        String payment = court.settled(alice, bob, "10");
        for (String part : List.of("4", "5")) {
            String dispute = court.voting(alice, payment, part);
            assertThat(court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                            .value()
                            .getEffect()
                            .getCompensated())
                    .isEqualTo(part);
        }
        assertThat(court.file(alice, payment, "1.000001").refusal()).contains(Reason.CLAIM_TOO_LARGE);
        String last = court.voting(alice, payment, "");
        assertThat(court.dispute(last).getAmount()).isEqualTo("1");
        var closed = court.rule(last, Ruling.IN_FAVOR_OF_COMPLAINANT, "").value();
        assertThat(closed.getEffect().getCompensated()).isEqualTo("1");
        assertThat(court.file(alice, payment, "").refusal()).contains(Reason.NOTHING_TO_RECOVER);
        assertThat(court.slashed()).isEqualTo(10_000_000);
    }

    @Test
    void trustIsSignalledToTheLosingDefendantAndTheVindicatedOneAndNobodyElse() {
        String lost = court.voting(alice, court.consumed(alice, bob, "1"), "");
        assertThat(court.rule(lost, Ruling.IN_FAVOR_OF_COMPLAINANT, "").refusal())
                .isEmpty();
        assertThat(court.reputation.signals).containsExactly(alice + "→" + bob + " +0 −3");
        court.reputation.signals.clear();

        String vindicated = court.voting(alice, court.consumed(alice, bob, "1"), "");
        assertThat(court.rule(vindicated, Ruling.IN_FAVOR_OF_DEFENDANT, "").refusal())
                .isEmpty();
        assertThat(court.reputation.signals).containsExactly(alice + "→" + bob + " +1 −0");
        court.reputation.signals.clear();

        String dismissed = court.voting(alice, court.consumed(alice, bob, "1"), "");
        assertThat(court.rule(dismissed, Ruling.DISMISSED, "").refusal()).isEmpty();
        assertThat(court.reputation.signals).isEmpty();
    }

    @Test
    void operatorsSeeHowManyFilingsOfAnAgentWereDismissed() {
        for (Ruling ruling : List.of(Ruling.DISMISSED, Ruling.DISMISSED, Ruling.IN_FAVOR_OF_COMPLAINANT)) {
            String dispute = court.voting(alice, court.consumed(alice, bob, "1"), "");
            assertThat(court.rule(dispute, ruling, "").refusal()).isEmpty();
        }
        String withdrawn =
                court.file(alice, court.consumed(alice, bob, "1"), "").value().getDisputeId();
        assertThat(court.withdraw(alice, withdrawn).value().getClosing()).isEqualTo(Dispute.Closing.WITHDRAWN);
        var record = Asked.<hanse.dispute.v1.DisputeRecord>ask(
                        Court.OPERATOR,
                        observer -> court.wire()
                                .getDisputeRecord(
                                        hanse.dispute.v1.GetDisputeRecordRequest.newBuilder()
                                                .setAgentDid(court.did(alice))
                                                .build(),
                                        observer))
                .value();
        assertThat(record.getFiled()).isEqualTo(4);
        assertThat(record.getFiledAndDismissed()).isEqualTo(2);
        assertThat(record.getFiledAndWon()).isOne();
        assertThat(record.getFiledAndWithdrawn()).isOne();
        assertThat(record.getDefended()).isZero();
    }

    @Test
    void onlyThePayerDisputesAPaymentAndAStrangerLearnsNothingOfIt() {
        String payment = court.settled(alice, bob, "10");
        assertThat(court.file(bob, payment, "").refusal()).contains(Reason.NOT_YOURS);
        assertThat(court.file(court.registry.agent("0"), payment, "").refusal()).contains(Reason.UNKNOWN_SUBJECT);
        assertThat(court.file(alice, UUID.randomUUID().toString(), "").refusal())
                .contains(Reason.UNKNOWN_SUBJECT);
    }

    @Test
    void aSettledPaymentIsDisputedWithinFourteenDays() {
        String payment = court.settled(alice, bob, "10");
        court.clock.advance(Duration.ofDays(14).minusSeconds(1));
        String dispute = court.file(alice, payment, "").value().getDisputeId();
        assertThat(court.withdraw(alice, dispute).refusal()).isEmpty();
        court.clock.advance(Duration.ofSeconds(1));
        assertThat(court.file(alice, payment, "").refusal()).contains(Reason.FILING_WINDOW_CLOSED);
    }

    @Test
    void aPaymentHasOneOpenDispute() {
        String payment = court.settled(alice, bob, "10");
        assertThat(court.file(alice, payment, "").refusal()).isEmpty();
        assertThat(court.file(alice, payment, "").refusal()).contains(Reason.ALREADY_DISPUTED);
    }

    @Test
    void aForgottenDisputeLapsesAndThePayeeHasItsThirtyDaysAgain() {
        String payment = court.consumed(alice, bob, "10");
        String dispute = court.file(alice, payment, "").value().getDisputeId();
        court.clock.advance(Duration.ofDays(30).minusSeconds(1));
        assertThat(court.rulings.sweep()).isZero();
        court.clock.advance(Duration.ofSeconds(1));
        assertThat(court.rulings.sweep()).isOne();
        assertThat(court.dispute(dispute).getClosing()).isEqualTo(Dispute.Closing.LAPSED);
        assertThat(court.reputation.signals).isEmpty();
        assertThat(court.payments.sweepAll()).isZero();
        assertThat(court.claim(bob, payment).value().getState()).isEqualTo(Payment.State.SETTLED);
    }

    @Test
    void aDisputeThatCannotLapseKeepsNoOtherFromIt() {
        UUID lost = UUID.fromString(court.consumed(alice, bob, "10"));
        UUID elsewhere = UUID.randomUUID();
        String stuck = court.file(alice, lost.toString(), "").value().getDisputeId();
        String dispute =
                court.file(alice, court.consumed(alice, bob, "10"), "").value().getDisputeId();
        movePayment(lost, elsewhere);
        court.clock.advance(Duration.ofDays(30));
        assertThat(court.rulings.sweep()).isOne();
        assertThat(court.dispute(dispute).getClosing()).isEqualTo(Dispute.Closing.LAPSED);
        assertThat(court.dispute(stuck).getStatus()).isEqualTo(Dispute.Status.OPEN);
        movePayment(elsewhere, lost);
        assertThat(court.rulings.sweep()).isOne();
    }

    private void movePayment(UUID from, UUID to) {
        int moved = court.registry.database.write(
                tx -> tx.sql().execute("update payment set id = ? where id = ?", to, from));
        assertThat(moved).isOne();
    }

    @Test
    void evidenceIsKeptAsItWasFiledHashedAndBounded() {
        String payment = court.settled(alice, bob, "10");
        String dispute = court.file(alice, payment, "").value().getDisputeId();
        Evidence filed = court.submit(
                        bob,
                        dispute,
                        SubmitEvidenceRequest.newBuilder()
                                .setStatement("I served it at noon")
                                .setReference("https://weather.example/log")
                                .setReferenceHash("ab".repeat(32))
                                .setStance(Evidence.Stance.CONTESTED))
                .value();
        assertThat(filed.getHash()).hasSize(64);
        IntStream.range(1, 10)
                .forEach(i -> assertThat(court.submit(bob, dispute, "and more").refusal())
                        .isEmpty());
        assertThat(court.submit(bob, dispute, "an eleventh").refusal()).contains(Reason.TOO_MUCH_EVIDENCE);
        assertThat(court.submit(alice, dispute, "he did not").refusal()).isEmpty();
        assertThat(court.submit(court.registry.agent("0"), dispute, "me too").refusal())
                .contains(Reason.UNKNOWN_DISPUTE);
        Dispute seen = court.dispute(dispute);
        assertThat(seen.getEvidenceList()).hasSize(11).first().isEqualTo(filed);
        assertThat(seen.getDefendantEvidence()).isEqualTo(10);
        // The journal has the hash: whoever changes the row is found out.
        assertThat(entries(dispute))
                .anySatisfy(entry -> assertThat(entry.note()).contains(filed.getHash()));

        assertThat(court.openVoting(dispute).refusal()).isEmpty();
        assertThat(court.submit(alice, dispute, "too late").refusal()).contains(Reason.EVIDENCE_CLOSED);
    }

    @Test
    void appointedArbitersSayOnceWhatTheyThinkWhileTheVoteIsOpen() {
        AgentId carol = court.registry.agent("0");
        String dispute =
                court.file(alice, court.settled(alice, bob, "10"), "").value().getDisputeId();
        assertThat(court.get(Court.agent(carol), dispute).refusal()).contains(Reason.UNKNOWN_DISPUTE);
        assertThat(court.appoint(dispute, bob).refusal()).contains(Reason.ARBITER_REFUSED);
        assertThat(court.appoint(dispute, carol).refusal()).isEmpty();
        assertThat(court.appoint(dispute, carol).refusal()).contains(Reason.ARBITER_REFUSED);
        assertThat(court.get(Court.agent(carol), dispute).refusal()).isEmpty();
        assertThat(court.opine(carol, dispute, Ruling.IN_FAVOR_OF_DEFENDANT).refusal())
                .contains(Reason.DISPUTE_NOT_VOTING);
        assertThat(court.openVoting(dispute).refusal()).isEmpty();
        assertThat(court.opine(alice, dispute, Ruling.DISMISSED).refusal()).contains(Reason.NOT_AN_ARBITER);
        assertThat(court.opine(carol, dispute, Ruling.IN_FAVOR_OF_DEFENDANT).refusal())
                .isEmpty();
        assertThat(court.opine(carol, dispute, Ruling.DISMISSED).refusal()).contains(Reason.OPINION_GIVEN);
        Dispute seen = court.get(Court.agent(alice), dispute).value();
        assertThat(seen.getOpinions(0).getRuling()).isEqualTo(Ruling.IN_FAVOR_OF_DEFENDANT);
        // Shown, and not applied.
        assertThat(seen.getRecommendation().getRule()).isEqualTo("ARBITERS_AGREE");
        assertThat(seen.getStatus()).isEqualTo(Dispute.Status.VOTING);
        assertThat(court.rule(dispute, Ruling.DISMISSED, "").value().hasRecommendation())
                .isFalse();
    }

    @Test
    void onlyWhatIsVotedOnIsRuledOnAndOnce() {
        String dispute =
                court.file(alice, court.settled(alice, bob, "10"), "").value().getDisputeId();
        assertThat(court.rule(dispute, Ruling.DISMISSED, "").refusal()).contains(Reason.DISPUTE_NOT_VOTING);
        assertThat(court.openVoting(dispute).refusal()).isEmpty();
        assertThat(court.openVoting(dispute).refusal()).contains(Reason.DISPUTE_NOT_OPEN);
        assertThat(court.rule(dispute, Ruling.DISMISSED, "1").refusal()).contains(Reason.AWARD_WITHOUT_CAUSE);
        assertThat(court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "10.000001")
                        .refusal())
                .contains(Reason.AWARD_TOO_LARGE);
        assertThat(court.rule(dispute, Ruling.DISMISSED, "").refusal()).isEmpty();
        assertThat(court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "").refusal())
                .contains(Reason.DISPUTE_NOT_VOTING);
        assertThat(court.withdraw(alice, dispute).refusal()).contains(Reason.DISPUTE_CLOSED);
        assertThat(court.appoint(dispute, court.registry.agent("0")).refusal()).contains(Reason.DISPUTE_CLOSED);
    }

    @Test
    void whatIsHeldIsNotParted() {
        String dispute = court.voting(alice, court.consumed(alice, bob, "10"), "");
        assertThat(court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "9").refusal())
                .contains(Reason.AWARD_NOT_WHOLE);
        assertThat(court.dispute(dispute).getStatus()).isEqualTo(Dispute.Status.VOTING);
    }

    @Test
    void partiesSeeTheirDisputesAndOperatorsAll() {
        AgentId carol = court.registry.agent("50");
        List<String> mine = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            mine.addFirst(court.file(alice, court.settled(alice, bob, "1"), "")
                    .value()
                    .getDisputeId());
            court.clock.advance(Duration.ofSeconds(1));
        }
        String other =
                court.file(carol, court.settled(carol, bob, "1"), "").value().getDisputeId();
        assertThat(ids(court.list(Court.agent(alice), ListDisputesRequest.newBuilder())))
                .isEqualTo(mine);
        assertThat(ids(court.list(Court.agent(bob), ListDisputesRequest.newBuilder())))
                .hasSize(4)
                .startsWith(other);
        assertThat(court.list(Court.OPERATOR, ListDisputesRequest.newBuilder()).getDisputesCount())
                .isEqualTo(4);
        assertThat(court.get(Court.agent(carol), mine.getFirst()).refusal()).contains(Reason.UNKNOWN_DISPUTE);

        ListDisputesResponse first =
                court.list(Court.agent(alice), ListDisputesRequest.newBuilder().setPageSize(2));
        ListDisputesResponse second = court.list(
                Court.agent(alice),
                ListDisputesRequest.newBuilder().setPageSize(2).setPageToken(first.getNextPageToken()));
        assertThat(ids(first)).isEqualTo(mine.subList(0, 2));
        assertThat(ids(second)).isEqualTo(mine.subList(2, 3));
        assertThat(second.getNextPageToken()).isEmpty();

        assertThat(court.openVoting(other).refusal()).isEmpty();
        assertThat(ids(court.list(
                        Court.OPERATOR, ListDisputesRequest.newBuilder().setStatus(Dispute.Status.VOTING))))
                .containsExactly(other);
        assertThat(ids(court.list(
                        Court.OPERATOR,
                        ListDisputesRequest.newBuilder()
                                .setSubjectKind(Subject.Kind.PAYMENT)
                                .setSubjectId(court.dispute(other).getSubject().getId()))))
                .containsExactly(other);
    }

    @Test
    void anAgentSeesOfAnotherOnlyWhatItIsAPartyToItself() {
        AgentId carol = court.registry.agent("50");
        String mine =
                court.file(alice, court.settled(alice, bob, "1"), "").value().getDisputeId();
        String other =
                court.file(carol, court.settled(carol, bob, "1"), "").value().getDisputeId();
        assertThat(ids(of(Court.agent(alice), bob))).containsExactly(mine);
        assertThat(ids(of(Court.OPERATOR, bob))).containsExactlyInAnyOrder(mine, other);
        assertThat(ids(of(Court.agent(bob), bob))).containsExactlyInAnyOrder(mine, other);
    }

    @Test
    void citedAttestationsSoftenASlashByHalfAtMostRoundedDownWhenTheSwitchIsOn() {
        try (Court soft = new Court(300_000)) {
            AgentId payer = soft.registry.agent("100");
            AgentId payee = soft.registry.agent("50");
            soft.reputation.counting = 1;
            assertThat(slashed(soft, payer, payee, "0.000011")).isEqualTo("0.000008");
            soft.reputation.counting = 2;
            assertThat(slashed(soft, payer, payee, "10")).isEqualTo("5");
            soft.reputation.counting = 0;
            assertThat(slashed(soft, payer, payee, "10")).isEqualTo("10");
            assertThat(soft.registry.verify().fault()).isEmpty();
        }
        court.reputation.counting = 2;
        assertThat(slashed(court, alice, court.registry.agent("50"), "10")).isEqualTo("10");
    }

    private static String slashed(Court court, AgentId payer, AgentId payee, String amount) {
        String dispute = court.file(payer, court.settled(payer, payee, amount), "")
                .value()
                .getDisputeId();
        SubmitEvidenceRequest.Builder citing = SubmitEvidenceRequest.newBuilder()
                .setStatement("see how well I have served")
                .addAttestationIds(UUID.randomUUID().toString())
                .addAttestationIds(UUID.randomUUID().toString());
        assertThat(court.submit(payee, dispute, citing).refusal()).isEmpty();
        assertThat(court.openVoting(dispute).refusal()).isEmpty();
        return court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                .value()
                .getEffect()
                .getCompensated();
    }

    @Test
    void anAccusedAgentIsNotDoneWithItsBusiness() {
        var accused = Disputes.accused(court.registry.parties.self());
        String dispute =
                court.file(alice, court.settled(alice, bob, "1"), "").value().getDisputeId();
        assertThat(court.registry.database.<Boolean>read(tx -> accused.has(tx, bob)))
                .isTrue();
        assertThat(court.registry.database.<Boolean>read(tx -> accused.has(tx, alice)))
                .isFalse();
        assertThat(court.withdraw(alice, dispute).refusal()).isEmpty();
        assertThat(court.registry.database.<Boolean>read(tx -> accused.has(tx, bob)))
                .isFalse();
    }

    @Test
    void aRepeatedRulingIsAnsweredAndMovesNothingAgain() {
        var unused = court.registry.pay(alice, bob, "50");
        String dispute = court.voting(alice, court.settled(alice, bob, "10"), "");
        Dispute first =
                court.ruled("once", dispute, Ruling.IN_FAVOR_OF_COMPLAINANT).join();
        Dispute second =
                court.ruled("once", dispute, Ruling.IN_FAVOR_OF_COMPLAINANT).join();
        assertThat(second).isEqualTo(first);
        assertThat(court.slashed()).isEqualTo(10_000_000);
    }

    private ListDisputesResponse of(hanse.node.call.Caller caller, AgentId agent) {
        return Asked.<ListDisputesResponse>ask(
                        caller,
                        observer -> court.wire()
                                .listAgentDisputes(
                                        hanse.dispute.v1.ListAgentDisputesRequest.newBuilder()
                                                .setAgentDid(court.did(agent))
                                                .build(),
                                        observer))
                .value();
    }

    private static List<String> ids(ListDisputesResponse page) {
        return page.getDisputesList().stream().map(Dispute::getDisputeId).toList();
    }

    private List<EntryKind> kinds(String dispute) {
        return entries(dispute).stream().map(Entry::kind).toList();
    }

    /// What the journal says of a dispute; lanes have no common order.
    private List<Entry> entries(String dispute) {
        Optional<UUID> subject = Optional.of(UUID.fromString(dispute));
        return court.registry.database.read(tx -> court.registry.ledger.heads(tx).stream()
                .flatMap(head -> court.registry.ledger.entriesAfter(tx, Position.start(head.lane()), 1_000).stream())
                .filter(entry -> entry.subject().equals(subject))
                .toList());
    }
}
