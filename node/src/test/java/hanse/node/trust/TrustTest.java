package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.storage.Pipeline;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Scores as they are computed from the table and stored.
final class TrustTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry alpha = TestRegistry.fresh(clock);
    private final LocalTrust rows = new LocalTrust(TestRegistry.NAME);
    private final Did seed = did(TestRegistry.NAME);
    private final Did seller = did(TestRegistry.NAME);
    private final Did stranger = did(TestRegistry.NAME);
    private final Did foreigner = did(TestRegistry.PEER);
    private final Trust trust = new Trust(TestRegistry.NAME, alpha.database, List.of(seed), 0.15, clock);

    @AfterEach
    void close() {
        alpha.close();
    }

    @Test
    void everyScoreIsShownWithItsInputs() {
        add(seed, seller, 1, 3, 10);
        add(stranger, seller, 0, 0, 1_000);
        add(seller, foreigner, 0, 0, 2);
        assertThat(trust.compute()).isTrue();

        Trust.Scored scored = of(seller);
        Score score = scored.score();
        assertThat(score.satisfactory()).isEqualTo(1);
        assertThat(score.unsatisfactory()).isEqualTo(3);
        assertThat(score.dealings()).isEqualTo(1_010);
        assertThat(score.raters()).isEqualTo(2);
        assertThat(of(stranger).score().eigentrust()).isZero();
        assertThat(score.weighted())
                .as("what nobody trusted has paid for weighs nothing")
                .isCloseTo(10 * of(seed).score().eigentrust(), within(1e-9));
        assertThat(score.trustScore()).isEqualTo((1 + 1 + score.weighted()) / (2 + 1 + score.weighted() + 3));
        assertThat(of(foreigner).score().eigentrust()).isPositive();
        assertThat(of(foreigner).score().dealings()).isEqualTo(2);

        TrustRun run = scored.run().orElseThrow();
        assertThat(run.number()).isEqualTo(1);
        assertThat(run.inputs()).isEqualTo(new TrustRun.Inputs(3, 1, 3, 1_012, 0, 0));
        assertThat(run.agents()).isEqualTo(4);
        assertThat(run.seeds()).isEqualTo(seed.toString());
        assertThat(run.converged()).isTrue();
    }

    @Test
    void ofAStrangerNothingIsKnown() {
        assertThat(of(stranger)).isEqualTo(new Trust.Scored(Score.NONE, Optional.empty()));
        trust.refresh();
        assertThat(of(stranger).score().trustScore()).isEqualTo(0.5);
        assertThat(of(seed).score().eigentrust())
                .as("a seed is trusted before it did anything")
                .isEqualTo(1);
    }

    @Test
    void isComputedAnewExactlyWhenSomethingHasChanged() {
        add(seed, seller, 0, 0, 1);
        trust.refresh();
        trust.refresh();
        assertThat(newest()).isEqualTo(1);

        clock.advance(Duration.ofMinutes(1));
        add(seed, seller, 0, 3, 0);
        trust.refresh();
        assertThat(newest()).isEqualTo(2);
        assertThat(of(seller).score().unsatisfactory()).isEqualTo(3);

        Trust reseeded = new Trust(TestRegistry.NAME, alpha.database, List.of(seed, seller), 0.15, clock);
        reseeded.refresh();
        assertThat(newest()).isEqualTo(3);
    }

    @Test
    void scoresOfOlderComputationsAreGone() {
        add(seed, seller, 0, 0, 1);
        trust.compute();
        trust.compute();
        assertThat(alpha.database.<Integer>read(tx -> tx.sql()
                        .fetchSingle("select count(distinct run)::int from trust_score")
                        .into(Integer.class)))
                .isEqualTo(1);
    }

    @Test
    void manyProcessesThatComputeAtOnceLeaveOneWholeResult() throws Exception {
        for (int i = 0; i < 50; i++) {
            add(seed, did(TestRegistry.NAME), 0, 0, 1);
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> computing = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                computing.add(threads.submit(trust::compute));
            }
            int written = 0;
            for (Future<Boolean> one : computing) {
                written += one.get() ? 1 : 0;
            }
            assertThat(newest()).isEqualTo(written);
            assertThat(written).isPositive();
        }
        assertThat(of(seed).score().eigentrust()).isEqualTo(1);
        assertThat(alpha.database.<Integer>read(tx -> tx.sql()
                        .fetchSingle("select count(*)::int from trust_score")
                        .into(Integer.class)))
                .isEqualTo(51);
    }

    private long newest() {
        return trust.newest().orElseThrow().number();
    }

    private Trust.Scored of(Did agent) {
        return alpha.database.read(tx -> trust.of(tx, agent));
    }

    private void add(Did from, Did to, long satisfactory, long unsatisfactory, long dealings) {
        alpha.database.write(tx -> {
            Pipeline pipeline = tx.pipeline();
            rows.store()
                    .add(
                            pipeline,
                            List.of(new TrustRow(new TrustRow.Pair(from, to), satisfactory, unsatisfactory, dealings)));
            pipeline.run();
            return true;
        });
    }

    private static Did did(RegistryId home) {
        return new Did(home, new AgentId(UUID.randomUUID()));
    }
}
