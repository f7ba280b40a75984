package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.settlement.AtRest.Side;
import hanse.node.settlement.Settlement.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Schedules of many sagas at once, each by a seed of its own that makes it the same again. More of them:
/// `-Dhanse.saga.interleavings=20000`; one again: `-Dhanse.saga.seed=…`, as the failure says.
@Timeout(36_000)
class SagaInterleavingTest {
    /// Slashes that are ruled for, over all schedules.
    private static final int SAGAS = Integer.getInteger("hanse.saga.interleavings", 2_000);

    private static final Optional<Long> SEED = Optional.ofNullable(Long.getLong("hanse.saga.seed"));

    /// In one schedule, with databases of its own.
    private static final int AT_ONCE = 500;

    private static final int FEW = 20;

    private static final long PAID = 20_000_000;
    private static final int LAST_STEPS = 60;

    @TempDir
    private Path directory;

    private final List<Side> ends = new ArrayList<>();

    @Test
    void endInLegalPairsWhateverHappensInWhateverOrder() {
        if (SEED.isPresent()) {
            var unused = play(SEED.get(), AT_ONCE);
            return;
        }
        long seed = System.nanoTime();
        while (ends.size() < SAGAS) {
            var unused = play(seed, AT_ONCE);
            seed++;
        }
        // Chance has left out no way to end.
        assertThat(ends).extracting(Side::state).contains(State.SETTLED, State.FAILED, State.EXPIRED);
    }

    @Test
    void areTheSameAgainByTheirSeed() {
        List<String> once = play(20_261_121, FEW);
        assertThat(once).hasSizeGreaterThan(10 * FEW);
        assertThat(play(20_261_121, FEW)).isEqualTo(once);
    }

    /// @return everything that happened, and how it ended
    private List<String> play(long seed, int slashes) {
        List<String> trace = new ArrayList<>();
        try (Strait strait = new Strait(directory, seed)) {
            var unused = new Interleaving(strait, seed, trace).run(slashes);
            AtRest end = AtRest.require(strait.alpha, strait.beta, PAID);
            for (Map.Entry<?, Side> one : end.ends().entrySet()) {
                trace.add(one.toString());
            }
            ends.addAll(end.ends().values());
            return trace;
        } catch (Throwable failure) {
            throw new AssertionError(again(seed, trace), failure);
        }
    }

    private static String again(long seed, List<String> trace) {
        return "To repeat it: ./mvnw -q -pl node -am test -Dtest=SagaInterleavingTest#endInLegalPairs*"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dhanse.saga.seed=" + seed + "\nThe last of "
                + trace.size() + " steps:\n"
                + String.join("\n", trace.subList(Math.max(0, trace.size() - LAST_STEPS), trace.size()));
    }
}
