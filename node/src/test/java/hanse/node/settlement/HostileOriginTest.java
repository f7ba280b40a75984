package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.ledger.AccountKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
            try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
                CompletableFuture.allOf(IntStream.range(payments.size(), REQUESTS)
                                .mapToObj(i -> payments.get(i % payments.size()))
                                .map(payment -> CompletableFuture.runAsync(
                                        () -> assertThat(saga.asked(payment, alice, bob, 2_000_000))
                                                .isEqualTo("SLASH_ABOVE_RECEIVED"),
                                        threads))
                                .toArray(CompletableFuture<?>[]::new))
                        .join();
            }
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
}
