package hanse.node.trust;

/// An agent's scores and what they were made of.
///
/// @param eigentrust 0 to 1
/// @param satisfactory weight of rulings in its favour
/// @param unsatisfactory weight of rulings against it
/// @param dealings settled dealings that it was paid for
/// @param weighted the same, each weighted by the payer's eigentrust
/// @param raters agents that have something to say of it
/// @param reports malpractice of it that is on record, neither withdrawn nor struck
/// @param weightedReports the same, each weighted by the reporter's eigentrust
public record Score(
        double eigentrust,
        long satisfactory,
        long unsatisfactory,
        long dealings,
        double weighted,
        int raters,
        long reports,
        double weightedReports) {
    /// Of an agent of whom nobody has anything to say.
    public static final Score NONE = new Score(0, 0, 0, 0, 0, 0, 0, 0);

    /// The EigenTrust-weighted Beta mean, between 0 and 1, one half for a stranger. Rulings count in full: an
    /// operator made them. A dealing counts as much as the one who paid is trusted, malpractice on record as
    /// much as the one who reported it.
    public double trustScore() {
        return Beta.mean(satisfactory + weighted, unsatisfactory + weightedReports);
    }
}
