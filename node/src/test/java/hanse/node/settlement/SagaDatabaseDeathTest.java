package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Settlement.Status;
import hanse.node.call.AgentId;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode.Fit;
import hanse.node.testing.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Either registry's PostgreSQL is killed while sagas are under way, and recovers; the registries run on.
@Timeout(180)
class SagaDatabaseDeathTest {
    private static final int SLASHES = 4;

    @ParameterizedTest
    @ValueSource(strings = {"alpha", "beta"})
    void bothReachALegalPairWhenPostgresIsKilledInTheMiddle(String whose, @TempDir Path directory) {
        try (Postgres.Mortal mortal = Postgres.mortal();
                Postgres.Fresh other = Postgres.fresh();
                Saga saga = new Saga(
                        whose.equals("alpha")
                                ? new Pair(directory, Fit.USUAL, mortal.fresh(), other)
                                : new Pair(directory, Fit.USUAL, other, mortal.fresh()))) {
            AgentId alice = saga.alpha().agent("1000");
            AgentId bob = saga.beta().agent("100");
            List<String> disputes = new ArrayList<>();
            for (int i = 0; i < 2 * SLASHES; i++) {
                disputes.add(saga.voting(alice, saga.settled(alice, bob, "2"), i < SLASHES ? "1" : "2"));
            }
            // Of one AVT each is slashed at once, of two it waits for the operator.
            saga.trust(1);
            List<CompletableFuture<?>> rulings = new ArrayList<>();
            disputes.forEach(dispute -> rulings.add(saga.rule(dispute)));
            mortal.server().kill();
            disputes.forEach(dispute -> insist(() -> saga.rule(dispute)));
            List<String> held = disputes.subList(SLASHES, 2 * SLASHES);
            held.forEach(
                    dispute -> eventually(() -> assertThat(saga.isHeld(dispute)).isTrue()));

            held.forEach(dispute -> rulings.add(saga.approve(dispute)));
            mortal.server().kill();
            held.forEach(dispute -> insist(() -> saga.approve(dispute)));
            // The cap of twice that in a week has let two of the first four wait; they expire.
            saga.pair.pass(Duration.ofHours(24));
            eventually(() -> {
                var swept = saga.beta().settlements.sweep();
                assertThat(disputes).allMatch(dispute -> saga.origin(dispute).hasEndedAt());
            });
            eventually(saga::requireWhole);
            assertThat(held)
                    .allSatisfy(dispute ->
                            assertThat(saga.origin(dispute).getStatus()).isEqualTo(Status.SETTLED));
        }
    }

    /// Asks until it is answered.
    private static void insist(Supplier<CompletableFuture<?>> request) {
        eventually(() -> request.get().join());
    }

    private static void eventually(org.awaitility.core.ThrowingRunnable what) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .untilAsserted(what);
    }
}
