package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/// Global trust, compared with the paper's matrix form computed the plain way.
final class EigenTrustTest {
    private static final int[] NO_SEEDS = {};

    @Test
    void sharesTrustInProportion() {
        // 0 trusts 1 three times as much as 2; both trust 0.
        EigenTrust.Result result = compute(new long[][] {{0, 3, 1}, {1, 0, 0}, {1, 0, 0}}, new int[] {0}, 0.5);
        double[] t = result.trust();
        assertThat(result.converged()).isTrue();
        assertThat(t[1]).isCloseTo(3 * t[2], within(1e-9));
        assertThat(t[0]).isCloseTo(2.0 / 3, within(1e-6));
        assertThat(result.relative()[0]).isEqualTo(1);
    }

    @Test
    void givesNothingToThoseWhomNobodyTrustedVouchesFor() {
        // 2 and 3 praise each other without end; the seed 0 only knows 1.
        EigenTrust.Result result = compute(
                new long[][] {{0, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 1_000_000}, {0, 0, 1_000_000, 0}},
                new int[] {0},
                0.15);
        assertThat(result.trust()[2]).isZero();
        assertThat(result.trust()[3]).isZero();
        assertThat(result.trust()[1]).isPositive();
    }

    @Test
    void takesMoreIllThanGoodForNothing() {
        assertThat(Ratings.local(1, 3, 1, 0)).isZero();
        assertThat(Ratings.local(1, 3, 4, 0)).isEqualTo(2);
        assertThat(Ratings.local(1, 0, 4, 2)).isEqualTo(3);
    }

    @Test
    void nobodyVouchesForItself() {
        EigenTrust.Result result = compute(new long[][] {{5, 1}, {0, 9}}, new int[] {0}, 0.15);
        assertThat(result.trust())
                .containsExactly(compute(new long[][] {{0, 1}, {0, 0}}, new int[] {0}, 0.15)
                        .trust());
    }

    @Test
    void theTrustOfThoseWhoTrustNobodyGoesToTheSeeds() {
        EigenTrust.Result result = compute(new long[][] {{0, 1, 0}, {0, 0, 0}, {0, 0, 0}}, new int[] {0}, 0.15);
        assertThat(Arrays.stream(result.trust()).sum()).isCloseTo(1, within(1e-9));
        assertThat(result.trust()[2]).isZero();
    }

    @Test
    void withoutSeedsAllAreAlikeToBeginWith() {
        assertThat(compute(new long[][] {{0, 0}, {0, 0}}, NO_SEEDS, 0.15).trust())
                .containsExactly(0.5, 0.5);
    }

    @Test
    void ofNobodyThereIsNothingToSay() {
        EigenTrust.Result result = compute(new long[0][0], NO_SEEDS, 0.15);
        assertThat(result.trust()).isEmpty();
        assertThat(result.converged()).isTrue();
    }

    @Test
    void saysWhenTheRoundsRanOut() {
        EigenTrust.Result result = EigenTrust.compute(
                graph(new long[][] {{0, 1}, {1, 0}}), new int[] {0}, new EigenTrust.Settings(0.01, 1e-12, 3));
        assertThat(result.converged()).isFalse();
        assertThat(result.rounds()).isEqualTo(3);
        assertThat(result.residual()).isGreaterThan(1e-12);
    }

    @RepeatedTest(50)
    void isTheFixedPointThatTheMatrixFormHas(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int agents = 1 + random.nextInt(30);
        long[][] rows = new long[agents][agents];
        for (int i = 0; i < agents * 3; i++) {
            rows[random.nextInt(agents)][random.nextInt(agents)] = random.nextInt(20) - 3;
        }
        int[] seeds = random.ints(0, agents)
                .distinct()
                .limit(random.nextInt(agents + 1))
                .toArray();
        double damping = 0.05 + random.nextDouble() * 0.9;
        EigenTrust.Result result = compute(rows, seeds, damping);
        assertThat(result.converged()).isTrue();
        assertThat(Arrays.stream(result.trust()).sum()).isCloseTo(1, within(1e-9));
        double[] once = matrixStep(rows, seeds, damping, result.trust());
        assertThat(once).containsExactly(result.trust(), within(1e-8));
        assertThat(Arrays.stream(result.relative()).max().orElseThrow()).isEqualTo(1);
    }

    /// `(1 − a) Cᵀ t + a p`, written down as in the paper.
    private static double[] matrixStep(long[][] rows, int[] seeds, double a, double[] t) {
        int n = t.length;
        double[] p = new double[n];
        for (int i = 0; i < n; i++) {
            int seed = i;
            boolean among = seeds.length == 0 || Arrays.stream(seeds).anyMatch(s -> s == seed);
            p[i] = among ? 1.0 / (seeds.length == 0 ? n : seeds.length) : 0;
        }
        double[] next = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += i == j ? 0 : Math.max(rows[i][j], 0);
            }
            for (int j = 0; j < n; j++) {
                double c = sum == 0 ? p[j] : i == j ? 0 : Math.max(rows[i][j], 0) / sum;
                next[j] += c * t[i];
            }
        }
        for (int j = 0; j < n; j++) {
            next[j] = (1 - a) * next[j] + a * p[j];
        }
        return next;
    }

    private static EigenTrust.Result compute(long[][] rows, int[] seeds, double damping) {
        return EigenTrust.compute(graph(rows), seeds, EigenTrust.Settings.of(damping));
    }

    private static TrustGraph graph(long[][] rows) {
        int n = rows.length;
        int[] from = new int[n * n];
        int[] to = new int[n * n];
        long[] trust = new long[n * n];
        for (int i = 0; i < n * n; i++) {
            from[i] = i / n;
            to[i] = i % n;
            trust[i] = rows[i / n][i % n];
        }
        return TrustGraph.of(n, n * n, from, to, trust);
    }
}
