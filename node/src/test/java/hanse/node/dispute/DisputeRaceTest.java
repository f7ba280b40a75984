package hanse.node.dispute;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Ruling;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.Payment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several want different ends for the same dispute at the same moment: exactly one gets it, and the books balance.
@Timeout(120)
class DisputeRaceTest {
    private static final int ROUNDS = 10;

    private Court court;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void open() {
        court = new Court();
        alice = court.registry.agent("1000");
        bob = court.registry.agent("100");
    }

    @AfterEach
    void booksHold() {
        assertThat(court.registry.verify().fault()).isEmpty();
        assertThat(court.slashed()).isEqualTo(court.compensated());
        court.close();
    }

    @Test
    void twoFilingsOfOnePaymentMakeOneDispute() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String payment = court.settled(alice, bob, "1");
            List<Optional<Reason>> ends = atOnce(IntStream.range(0, 6)
                    .<Callable<Optional<Reason>>>mapToObj(
                            i -> () -> court.file(alice, payment, "").refusal()));
            assertThat(ends).containsOnlyOnce(Optional.empty()).contains(Optional.of(Reason.ALREADY_DISPUTED));
        }
    }

    @Test
    void twoRulingsAreOne() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String dispute = court.voting(alice, court.settled(alice, bob, "1"), "");
            long before = court.slashed();
            List<Ruling> rulings =
                    List.of(Ruling.IN_FAVOR_OF_COMPLAINANT, Ruling.DISMISSED, Ruling.IN_FAVOR_OF_COMPLAINANT);
            List<Optional<Reason>> ends = atOnce(rulings.stream()
                    .<Callable<Optional<Reason>>>map(
                            ruling -> () -> court.rule(dispute, ruling, "").refusal()));
            assertThat(ends).containsOnlyOnce(Optional.empty()).contains(Optional.of(Reason.DISPUTE_NOT_VOTING));
            boolean won = court.dispute(dispute).getRuling() == Ruling.IN_FAVOR_OF_COMPLAINANT;
            assertThat(court.slashed() - before).isEqualTo(won ? 1_000_000 : 0);
        }
    }

    @Test
    void aFilingAndASettlementBothCountInOneOrder() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String payment = court.consumed(alice, bob, "1");
            List<Optional<Reason>> ends = atOnce(java.util.stream.Stream.of(
                    () -> court.file(alice, payment, "").refusal(),
                    () -> court.settle(alice, payment).refusal()));
            assertThat(ends.getFirst()).isEmpty();
            assertThat(ends.getLast()).isIn(Optional.empty(), Optional.of(Reason.SUBJECT_FROZEN));
            Dispute dispute = court.list(Court.agent(alice), hanse.dispute.v1.ListDisputesRequest.newBuilder())
                    .getDisputes(0);
            boolean paid = ends.getLast().isEmpty();
            assertThat(dispute.getSnapshot().getCaptured()).isEqualTo(paid ? "1" : "0");
            assertThat(dispute.getSnapshot().getHeld()).isEqualTo(paid ? "0" : "1");
            court.clock.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void aRulingAndSettlementClaimAndSweepNeverPayTwice() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String payment = court.consumed(alice, bob, "1");
            String dispute = court.voting(alice, payment, "");
            court.clock.advance(Duration.ofDays(1));
            List<Optional<Reason>> ends = atOnce(java.util.stream.Stream.of(
                    () -> court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                            .refusal(),
                    () -> court.settle(alice, payment).refusal(),
                    () -> court.claim(bob, payment).refusal(),
                    () -> Optional.of(court.payments.sweepAll() == 0 ? Reason.TOKEN_RELEASED : Reason.INTERNAL)));
            assertThat(ends.getFirst()).isEmpty();
            assertThat(ends.subList(1, 4))
                    .allSatisfy(
                            end -> assertThat(end.orElseThrow()).isIn(Reason.SUBJECT_FROZEN, Reason.TOKEN_RELEASED));
            assertThat(court.payment(payment).getState()).isEqualTo(Payment.State.RELEASED);
        }
    }

    @Test
    void aRulingAndTheDeadlineEndADisputeOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String payment = court.consumed(alice, bob, "1");
            String dispute = court.voting(alice, payment, "");
            court.clock.advance(Duration.ofDays(30));
            List<Optional<Reason>> ends = atOnce(java.util.stream.Stream.of(
                    () -> court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                            .refusal(),
                    () -> {
                        int unused = court.rulings.sweep();
                        return Optional.empty();
                    }));
            Dispute closed = court.dispute(dispute);
            boolean ruled = ends.getFirst().isEmpty();
            assertThat(closed.getClosing()).isEqualTo(ruled ? Dispute.Closing.RULED : Dispute.Closing.LAPSED);
            assertThat(court.payment(payment).getState())
                    .isEqualTo(ruled ? Payment.State.RELEASED : Payment.State.CONSUMED);
        }
    }

    @Test
    void aDefendantWhoSpendsWhileItIsRuledOnPaysOnceOrNotAtAll() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            AgentId poor = court.registry.agent("1");
            String dispute = court.voting(alice, court.settled(alice, poor, "1"), "");
            List<Optional<Reason>> ends = atOnce(java.util.stream.Stream.of(
                    () -> court.rule(dispute, Ruling.IN_FAVOR_OF_COMPLAINANT, "")
                            .refusal(),
                    () -> TestRegistry.refusal(court.registry.commit.submit(court.registry.transfer(
                            Optional.empty(), poor, bob, hanse.node.ledger.Avt.parse("1.9"))))));
            assertThat(ends.getFirst()).isEmpty();
            String failure = court.dispute(dispute).getEffect().getFailure();
            assertThat(failure.isEmpty()).isEqualTo(ends.getLast().isPresent());
        }
    }

    private static List<Optional<Reason>> atOnce(java.util.stream.Stream<Callable<Optional<Reason>>> asks)
            throws Exception {
        List<Optional<Reason>> ends = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Optional<Reason>> end : threads.invokeAll(asks.toList())) {
                ends.add(end.get());
            }
        }
        return ends;
    }
}
