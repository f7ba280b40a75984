package hanse.node.malpractice;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.malpractice.v1.Dealing.Kind;
import hanse.malpractice.v1.ListMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeResponse;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.Malpractice.State;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.contract.Contracts;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.payment.Payments;
import hanse.node.payment.TokenSecret;
import hanse.node.testing.AgentKeys;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.Trust;
import hanse.node.trust.TrustRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Source: spec/protocol, Contracts: "File a malpractice record against a counterparty".
class MalpracticeTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry registry = TestRegistry.fresh(clock);
    private final LocalTrust trust = new LocalTrust(TestRegistry.NAME);
    private Desk desk;
    private AgentId alice;
    private AgentId bob;
    private AgentId eve;

    @BeforeEach
    void open() {
        desk = process();
        alice = registry.agent("100");
        bob = registry.agent("0");
        eve = registry.agent("100");
    }

    /// A process of this registry.
    private Desk process() {
        Payments payments = new Payments(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                new TokenSecret(new byte[32]),
                clock);
        Contracts contracts = new Contracts(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                caller -> Ed25519Key.of(AgentKeys.of(caller.id()).publicKey()),
                payments.heldMoney(),
                clock);
        MalpracticeRecords records = new MalpracticeRecords(
                registry.database,
                registry.ledger,
                registry.outcomes,
                registry.parties,
                trust,
                List.of(contracts.reportable(), payments.reportable()));
        return new Desk(registry.parties, registry.database, trust, clock, payments, contracts, records);
    }

    @AfterEach
    void booksHold() {
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
    }

    @Test
    void aRecordIsSeenByBothPartiesAndOperatorsAndNobodyElse() {
        String contract = desk.active(alice, bob);
        Malpractice made = desk.report(alice, Kind.CONTRACT, contract).value();
        assertThat(made.getState()).isEqualTo(State.STANDING);
        assertThat(made.getReporter()).isEqualTo(desk.did(alice).toString());
        assertThat(made.getReported()).isEqualTo(desk.did(bob).toString());
        assertThat(made.getReport().getReferenceHash()).isEqualTo("ab".repeat(32));
        assertThat(made.getDelivery()).isEqualTo(Malpractice.Delivery.HERE);
        String id = made.getMalpracticeId();
        for (AgentId party : List.of(alice, bob)) {
            assertThat(desk.get(Desk.agent(party), id).value()).isEqualTo(made);
            assertThat(list(party, ListMalpracticeRequest.newBuilder())).containsExactly(made);
        }
        assertThat(desk.record(id)).isEqualTo(made);
        assertThat(desk.get(Desk.agent(eve), id).refusal()).contains(Reason.UNKNOWN_MALPRACTICE);
        assertThat(list(eve, ListMalpracticeRequest.newBuilder())).isEmpty();
        assertThat(list(
                        eve,
                        ListMalpracticeRequest.newBuilder()
                                .setAgent(desk.did(bob).toString())))
                .isEmpty();
    }

    @Test
    void whatHasNotBegunIsNoDealing() {
        String proposed = desk.proposed(alice, desk.did(bob)).getContractId();
        String authorized = desk.authorized(alice, desk.did(bob)).getPaymentId();
        assertThat(desk.report(alice, Kind.CONTRACT, proposed).refusal()).contains(Reason.DEALING_NOT_BEGUN);
        assertThat(desk.report(bob, Kind.PAYMENT, authorized).refusal()).contains(Reason.DEALING_NOT_BEGUN);
        assertThat(desk.report(alice, Kind.PAYMENT, proposed).refusal()).contains(Reason.UNKNOWN_SUBJECT);
        assertThat(desk.report(alice, Kind.CONTRACT, UUID.randomUUID().toString())
                        .refusal())
                .contains(Reason.UNKNOWN_SUBJECT);
        assertThat(desk.rowsAbout(desk.did(bob))).isEmpty();
    }

    @Test
    void strangersToADealingReportNobody() {
        assertThat(desk.report(eve, Kind.CONTRACT, desk.active(alice, bob)).refusal())
                .contains(Reason.UNKNOWN_SUBJECT);
        assertThat(desk.report(eve, Kind.PAYMENT, desk.consumed(alice, bob)).refusal())
                .contains(Reason.UNKNOWN_SUBJECT);
    }

    @Test
    void eitherPartyReportsADealingOnceEver() {
        String payment = desk.consumed(alice, bob);
        String byAlice = desk.report(alice, Kind.PAYMENT, payment).value().getMalpracticeId();
        String byBob = desk.report(bob, Kind.PAYMENT, payment).value().getMalpracticeId();
        assertThat(byBob).isNotEqualTo(byAlice);
        assertThat(desk.report(alice, Kind.PAYMENT, payment).refusal()).contains(Reason.ALREADY_REPORTED);
        desk.withdraw(alice, byAlice).value();
        assertThat(desk.report(alice, Kind.PAYMENT, payment).refusal()).contains(Reason.ALREADY_REPORTED);
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 1, 1));
        assertThat(desk.rowsAbout(desk.did(alice))).containsExactly(row(bob, alice, 1, 0));
    }

    @Test
    void aDealingThatEndedLongAgoIsNotReportedAndOneThatGoesOnIs() {
        String goesOn = desk.active(alice, bob);
        String failed = desk.active(alice, bob);
        String failedToo = desk.active(bob, alice);
        desk.fail(alice, failed);
        desk.fail(bob, failedToo);
        clock.advance(RealDealing.WINDOW.minus(Duration.ofSeconds(1)));
        desk.report(alice, Kind.CONTRACT, failed).value();
        clock.advance(Duration.ofSeconds(1));
        assertThat(desk.report(bob, Kind.CONTRACT, failedToo).refusal()).contains(Reason.REPORTING_WINDOW_CLOSED);
        clock.advance(Duration.ofDays(300));
        desk.report(alice, Kind.CONTRACT, goesOn).value();
    }

    @Test
    void isAnsweredOnceAndByTheReportedAgentAlone() {
        String record = reported();
        assertThat(desk.answer(eve, record, "me").refusal()).contains(Reason.UNKNOWN_MALPRACTICE);
        assertThat(desk.answer(alice, record, "me").refusal()).contains(Reason.NOT_YOURS);
        Malpractice answered = desk.answer(bob, record, "it was the weather").value();
        assertThat(answered.getAnswer().getStatement()).isEqualTo("it was the weather");
        assertThat(desk.answer(bob, record, "or the tide").refusal()).contains(Reason.ALREADY_ANSWERED);
        assertThat(desk.get(Desk.agent(alice), record).value()).isEqualTo(answered);
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 1, 0));
    }

    @Test
    void whatIsWithdrawnOrStruckCountsNoMoreAndStaysSo() {
        String withdrawn = reported();
        String struck = reported();
        assertThat(desk.withdraw(bob, withdrawn).refusal()).contains(Reason.NOT_YOURS);
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 2, 0));
        assertThat(desk.withdraw(alice, withdrawn).value().getState()).isEqualTo(State.WITHDRAWN);
        assertThat(desk.strike(struck).value().getEndingNote()).isEqualTo("made up");
        for (String ended : List.of(withdrawn, struck)) {
            assertThat(desk.withdraw(alice, ended).refusal()).contains(Reason.MALPRACTICE_ENDED);
            assertThat(desk.strike(ended).refusal()).contains(Reason.MALPRACTICE_ENDED);
        }
        assertThat(desk.get(Desk.agent(bob), struck).value().getState()).isEqualTo(State.STRUCK);
        assertThat(desk.answer(bob, struck, "as I said").value().getState()).isEqualTo(State.STRUCK);
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 2, 2));
    }

    @Test
    void aRaceOfWithdrawalAndStrikeTakesARecordBackOnce() {
        for (int round = 1; round <= 10; round++) {
            String record = reported();
            CompletableFuture<Malpractice> withdrawn = desk.withdrawn(alice, record);
            CompletableFuture<Malpractice> struck = desk.struck(record);
            assertThat(Stream.of(Desk.of(withdrawn), Desk.of(struck)).map(Desk.Answer::refusal))
                    .containsExactlyInAnyOrder(Optional.empty(), Optional.of(Reason.MALPRACTICE_ENDED));
            assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, round, round));
            clock.advance(Duration.ofDays(1));
        }
    }

    @Test
    void manyReportsOfOneDealingAtOnceMakeOneRecord() {
        String payment = desk.consumed(alice, bob);
        List<CompletableFuture<Malpractice>> asked = IntStream.range(0, 8)
                .mapToObj(i -> process().reported(alice, "r" + i, Kind.PAYMENT, payment, "nothing came"))
                .toList();
        List<Optional<Reason>> refusals =
                asked.stream().map(one -> Desk.of(one).refusal()).toList();
        assertThat(refusals).containsOnlyOnce(Optional.empty());
        assertThat(refusals).containsOnly(Optional.empty(), Optional.of(Reason.ALREADY_REPORTED));
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 1, 0));
    }

    @Test
    void aRepeatIsAnsweredLikeTheFirstAlsoByAnotherProcess() {
        String payment = desk.consumed(alice, bob);
        Malpractice first = desk.reported(alice, "once", Kind.PAYMENT, payment, "nothing came")
                .join();
        assertThat(process()
                        .reported(alice, "once", Kind.PAYMENT, payment, "nothing came")
                        .join())
                .isEqualTo(first);
        assertThat(Desk.of(desk.reported(alice, "once", Kind.PAYMENT, payment, "or little"))
                        .refusal())
                .contains(Reason.REQUEST_ID_REUSED);
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 1, 0));
    }

    @Test
    void oneAgentHasFiveRecordsStandingAgainstAnotherAndMakesTenADay() {
        List<String> made = IntStream.range(0, 5).mapToObj(i -> reported()).toList();
        String sixth = desk.consumed(alice, bob);
        assertThat(desk.report(alice, Kind.PAYMENT, sixth).refusal()).contains(Reason.TOO_MANY_REPORTS);
        desk.withdraw(alice, made.getFirst()).value();
        desk.report(alice, Kind.PAYMENT, sixth).value();
        for (int i = 0; i < 4; i++) {
            desk.report(alice, Kind.PAYMENT, desk.consumed(alice, eve)).value();
        }
        String another = desk.consumed(alice, eve);
        assertThat(desk.report(alice, Kind.PAYMENT, another).refusal()).contains(Reason.TOO_MANY_REPORTS);
        clock.advance(Duration.ofDays(1));
        desk.report(alice, Kind.PAYMENT, another).value();
        assertThat(desk.rowsAbout(desk.did(bob))).containsExactly(row(alice, bob, 6, 1));
    }

    @Test
    void theJournalHasEveryStepWithTheHashOfWhatWasSaid() {
        String record = reported();
        desk.answer(bob, record, "it was the weather").value();
        desk.strike(record).value();
        List<Entry> entries = entries(record);
        assertThat(entries)
                .extracting(Entry::kind)
                .containsExactly(
                        EntryKind.MALPRACTICE_REPORTED, EntryKind.MALPRACTICE_ANSWERED, EntryKind.MALPRACTICE_STRUCK);
        assertThat(entries.getFirst().note()).contains(desk.record(record).getHash());
        assertThat(entries.getLast().note()).contains("made up");
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.parties().payer()).contains(alice);
            assertThat(entry.parties().payee()).contains(bob);
        });
    }

    private List<Entry> entries(String subject) {
        return registry.database.read(tx -> registry.ledger.heads(tx).stream()
                .flatMap(head -> registry.ledger.entriesAfter(tx, Position.at(head.lane(), 0), 1_000).stream())
                .filter(entry -> entry.subject().equals(Optional.of(UUID.fromString(subject))))
                .toList());
    }

    @Test
    void listsAreOfOneSideAndStateAndInPagesNewestFirst() {
        String older = reported();
        clock.advance(Duration.ofSeconds(1));
        String newer = reported();
        clock.advance(Duration.ofSeconds(1));
        String byBob = desk.report(bob, Kind.PAYMENT, desk.consumed(alice, bob))
                .value()
                .getMalpracticeId();
        desk.strike(older).value();
        ListMalpracticeRequest.Builder two = ListMalpracticeRequest.newBuilder().setPageSize(2);
        ListMalpracticeResponse first = desk.list(Desk.agent(alice), two);
        assertThat(ids(first.getRecordsList())).containsExactly(byBob, newer);
        assertThat(ids(list(alice, two.setPageToken(first.getNextPageToken())))).containsExactly(older);
        assertThat(ids(list(alice, ListMalpracticeRequest.newBuilder().setRole(ListMalpracticeRequest.Role.REPORTED))))
                .containsExactly(byBob);
        assertThat(ids(list(alice, ListMalpracticeRequest.newBuilder().setRole(ListMalpracticeRequest.Role.REPORTER))))
                .containsExactly(newer, older);
        assertThat(ids(list(bob, ListMalpracticeRequest.newBuilder().setState(State.STRUCK))))
                .containsExactly(older);
        assertThat(ids(desk.list(
                                Desk.OPERATOR,
                                ListMalpracticeRequest.newBuilder()
                                        .setAgent(desk.did(bob).toString())
                                        .setRole(ListMalpracticeRequest.Role.REPORTER))
                        .getRecordsList()))
                .containsExactly(byBob);
    }

    @Test
    void aRecordWeighsAsMuchAsItsReporterIsTrustedUntilItEnds() {
        Did accused = desk.did(bob);
        Trust scores = new Trust(TestRegistry.NAME, registry.database, List.of(desk.did(alice)), 0.15, clock);
        String byNobody =
                desk.report(eve, Kind.PAYMENT, desk.consumed(eve, bob)).value().getMalpracticeId();
        scores.compute();
        assertThat(score(scores, accused)).as("nobody trusts its reporter").isEqualTo(0.5);
        String record = reported();
        scores.compute();
        assertThat(score(scores, accused)).isEqualTo(1.0 / 3);
        assertThat(registry.database.read(tx -> scores.of(tx, accused)).score().reports())
                .isEqualTo(2);
        clock.advance(Duration.ofHours(1));
        // One less and one more: that something has changed is seen all the same.
        desk.strike(record).value();
        desk.report(eve, Kind.PAYMENT, desk.consumed(eve, bob)).value();
        scores.refresh();
        assertThat(score(scores, accused)).isEqualTo(0.5);
        assertThat(byNobody).isNotEqualTo(record);
    }

    private double score(Trust scores, Did agent) {
        return registry.database.read(tx -> scores.of(tx, agent)).score().trustScore();
    }

    /// A record of alice's about a payment to bob.
    private String reported() {
        return desk.report(alice, Kind.PAYMENT, desk.consumed(alice, bob))
                .value()
                .getMalpracticeId();
    }

    private List<Malpractice> list(AgentId agent, ListMalpracticeRequest.Builder request) {
        return desk.list(Desk.agent(agent), request).getRecordsList();
    }

    private static List<String> ids(List<Malpractice> records) {
        return records.stream().map(Malpractice::getMalpracticeId).toList();
    }

    private TrustRow row(AgentId from, AgentId to, long reports, long retracted) {
        return new TrustRow(new TrustRow.Pair(desk.did(from), desk.did(to)), 0, 0, 0, reports, retracted);
    }
}
