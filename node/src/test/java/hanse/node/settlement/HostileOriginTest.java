package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Settlement.Status;
import hanse.node.call.AgentId;
import hanse.node.ledger.AccountKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An origin that asks for whatever it can, with nothing of it in its own books.
@Timeout(120)
class HostileOriginTest {
    private static final int AT_ONCE = 200;
    private static final int REQUESTS = 10_000;

    @Test
    void drainsNobodyHoweverManyRequestsItMakesAtTheCap(@TempDir Path directory) {
        try (Saga saga = new Saga(directory)) {
            AgentId alice = saga.alpha().agent("1000");
            AgentId bob = saga.beta().agent("100");
            saga.trust(2);
            List<String> payments = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                payments.add(saga.settled(alice, bob, "2"));
            }
            assertThat(saga.beta().balance(bob)).isEqualTo("111.94");
            payments.forEach(payment ->
                    assertThat(saga.asked(payment, alice, bob, 2_000_000)).isEmpty());
            atOnce(IntStream.range(payments.size(), REQUESTS)
                    .<Runnable>mapToObj(i ->
                            () -> assertThat(saga.asked(payments.get(i % payments.size()), alice, bob, 2_000_000))
                                    .isEqualTo("SLASH_ABOVE_RECEIVED"))
                    .toList());
            // Twice the cap for one agent in a week, of its own dealings once each; the rest waits for the operator.
            assertThat(saga.beta().total(AccountKind.SLASHED, saga.alpha())).isEqualTo(4_000_000);
            assertThat(saga.beta().balance(bob)).isEqualTo("107.94");
            assertThat(saga.beta().settlements.held()).isEqualTo(4);
            saga.pair.pass(Duration.ofHours(24));
            assertThat(saga.beta().settlements.sweep()).isEqualTo(4);
            assertThat(saga.beta().held(bob)).isEqualTo("0");
            assertThat(saga.beta().fault()).isEmpty();
            assertThat(saga.beta().sum()).isZero();
        }
    }

    @Test
    void takesNoMoreFromAllThanThePeersCapHoweverManyItAsksAtOnce(@TempDir Path directory) {
        try (Saga saga = new Saga(directory)) {
            AgentId alice = saga.alpha().agent("1000");
            List<AgentId> agents = IntStream.range(0, 8)
                    .mapToObj(i -> saga.beta().agent("100"))
                    .toList();
            AgentId stranger = saga.beta().agent("100");
            saga.trust(2);
            List<Runnable> asks = new ArrayList<>();
            for (AgentId agent : agents) {
                String payment = saga.settled(alice, agent, "20");
                // As many as it has paid for, and as many of an agent that it never dealt with.
                asks.addAll(Collections.nCopies(
                        10,
                        () -> assertThat(saga.asked(payment, alice, agent, 2_000_000))
                                .isEmpty()));
                asks.addAll(Collections.nCopies(
                        10,
                        () -> assertThat(saga.asked(payment, alice, stranger, 2_000_000))
                                .isEqualTo("DEALING_NOT_PROVEN")));
            }
            Collections.shuffle(asks);
            atOnce(asks);
            assertThat(saga.beta().total(AccountKind.SLASHED, saga.alpha())).isEqualTo(20_000_000);
            assertThat(agents)
                    .allSatisfy(
                            agent -> assertThat(Double.parseDouble(saga.beta().balance(agent)))
                                    .isGreaterThanOrEqualTo(119.9 - 4));
            assertThat(saga.beta().balance(stranger)).isEqualTo("100");
            assertThat(saga.beta().held(stranger)).isEqualTo("0");
            assertThat(Saga.all(saga.beta()))
                    .filteredOn(settlement -> settlement.getStatus() == Status.PENDING_SLASH)
                    .hasSize(70);
            assertThat(saga.beta().fault()).isEmpty();
            assertThat(saga.beta().sum()).isZero();
        }
    }

    private static void atOnce(List<Runnable> asks) {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            CompletableFuture.allOf(asks.stream()
                            .map(ask -> CompletableFuture.runAsync(ask, threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }
}
