package hanse.node.trust;

import java.time.Instant;

/// One computation of all scores, and what it was computed from.
///
/// @param number counts them from 1
/// @param agents in the rows, and seeds
/// @param seeds DIDs separated by spaces; empty: all agents alike
/// @param residual how much the last round still moved (L1)
/// @param converged whether that was within the bound
public record TrustRun(
        long number,
        Instant startedAt,
        Instant endedAt,
        Inputs inputs,
        int agents,
        String seeds,
        double damping,
        int rounds,
        double residual,
        boolean converged) {

    /// All rows, added up. Counts only grow: equal sums are equal rows.
    public record Inputs(
            long rows, long satisfactory, long unsatisfactory, long dealings, long reports, long retracted) {}

    /// Whether another computation would give the same.
    boolean isOf(Inputs others, String otherSeeds, double otherDamping) {
        return inputs.equals(others) && seeds.equals(otherSeeds) && damping == otherDamping;
    }
}
