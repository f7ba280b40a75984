package hanse.node.audit;

/// Hears how far a verification is.
@FunctionalInterface
public interface Progress {
    /// Called now and then. What it throws ends the verification.
    ///
    /// @param checked journal entries, in whole terms of the work: one that has passed half of the checks counts
    /// half
    void at(long checked, long total);
}
