package hanse.node.trust;

import hanse.node.call.Did;

/// What one agent's dealings say of another; either may be an agent of a peer.
///
/// @param satisfactory weight of rulings in favour of the rated
/// @param unsatisfactory weight of rulings against the rated
/// @param dealings settled dealings that the rater paid the rated for
/// @param reports malpractice of the rated that the rater has put on record
/// @param retracted those of them that count no more: withdrawn or struck
public record TrustRow(Pair pair, long satisfactory, long unsatisfactory, long dealings, long reports, long retracted) {
    public TrustRow {
        if (retracted > reports) {
            throw new IllegalStateException("more was taken back than was ever said");
        }
    }

    /// Without any malpractice.
    public TrustRow(Pair pair, long satisfactory, long unsatisfactory, long dealings) {
        this(pair, satisfactory, unsatisfactory, dealings, 0, 0);
    }

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
                dealings,
                reports,
                retracted);
    }

    TrustRow reported() {
        return new TrustRow(pair, satisfactory, unsatisfactory, dealings, reports + 1, retracted);
    }

    TrustRow takenBack() {
        return new TrustRow(pair, satisfactory, unsatisfactory, dealings, reports, retracted + 1);
    }

    /// Malpractice that still counts.
    long standing() {
        return reports - retracted;
    }
}
