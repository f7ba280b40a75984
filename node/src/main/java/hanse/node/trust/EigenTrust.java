package hanse.node.trust;

import java.util.Arrays;

/// Global trust from local trust: Kamvar, Schlosser, Garcia-Molina, "The EigenTrust Algorithm for Reputation
/// Management in P2P Networks", WWW 2003. Pure.
///
/// An agent's trust is shared out among those it trusts, in proportion; the trust of one who trusts nobody goes to
/// the seeds, and so does a fixed share (`damping`) of everybody's. Repeated until a round moves next to nothing,
/// this gives the one distribution that stays as it is: `t = (1 − a) Cᵀ t + a p`.
final class EigenTrust {
    private EigenTrust() {}

    /// @param damping the paper's `a`: share that goes to the seeds in each round, 0 < a ≤ 1
    /// @param bound a round that moves less than this (L1) is the last
    /// @param mostRounds after which it stops anyway
    record Settings(double damping, double bound, int mostRounds) {
        Settings {
            if (!(damping > 0 && damping <= 1) || !(bound > 0) || mostRounds < 1) {
                throw new IllegalArgumentException("these do not lead to an end");
            }
        }

        static Settings of(double damping) {
            return new Settings(damping, 1e-9, 200);
        }
    }

    /// @param trust per agent, ≥ 0, sum 1
    /// @param residual how much the last round moved (L1)
    record Result(double[] trust, int rounds, double residual, boolean converged) {
        /// t ÷ max t: 1 for the most trusted, comparable between registries of any size.
        double[] relative() {
            double most = Arrays.stream(trust).max().orElse(0);
            return Arrays.stream(trust)
                    .map(t -> most > 0 ? Math.min(1, t / most) : 0)
                    .toArray();
        }
    }

    /// Computes it.
    ///
    /// @param seeds the pre-trusted agents, each counting alike; none: all agents are
    static Result compute(TrustGraph graph, int[] seeds, Settings settings) {
        int agents = graph.agents();
        double[] seed = distribution(agents, seeds);
        double[] trust = seed.clone();
        double[] next = new double[agents];
        double residual = 0;
        for (int round = 1; round <= settings.mostRounds(); round++) {
            Arrays.fill(next, 0);
            double dangling = graph.shareOut(trust, next);
            residual = 0;
            for (int i = 0; i < agents; i++) {
                double moved = (1 - settings.damping()) * (next[i] + dangling * seed[i]) + settings.damping() * seed[i];
                residual += Math.abs(moved - trust[i]);
                next[i] = moved;
            }
            double[] done = trust;
            trust = next;
            next = done;
            if (residual < settings.bound()) {
                return new Result(trust, round, residual, true);
            }
        }
        return new Result(trust, settings.mostRounds(), residual, agents == 0);
    }

    private static double[] distribution(int agents, int[] seeds) {
        double[] seed = new double[agents];
        if (seeds.length == 0) {
            Arrays.fill(seed, agents == 0 ? 0 : 1.0 / agents);
        } else {
            for (int index : seeds) {
                seed[index] = 1.0 / seeds.length;
            }
        }
        return seed;
    }
}
