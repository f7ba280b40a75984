package hanse.node.trust;

import hanse.node.call.Did;

/// What one agent's dealings say of another; either may be an agent of a peer.
///
/// @param satisfactory weight of rulings in favour of the rated
/// @param unsatisfactory weight of rulings against the rated
/// @param dealings settled dealings that the rater paid the rated for
public record TrustRow(Pair pair, long satisfactory, long unsatisfactory, long dealings) {

    /// Who speaks, and of whom.
    public record Pair(Did from, Did to) {}

    static TrustRow none(Pair pair) {
        return new TrustRow(pair, 0, 0, 0);
    }

    TrustRow plus(int moreSatisfactory, int moreUnsatisfactory) {
        return new TrustRow(
                pair,
                Math.addExact(satisfactory, moreSatisfactory),
                Math.addExact(unsatisfactory, moreUnsatisfactory),
                dealings);
    }
}
