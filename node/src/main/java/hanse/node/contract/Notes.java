package hanse.node.contract;

/// What the journal notes of a contract's events, JSON. The names of milestones need no escaping: the terms' definition
/// allows letters, digits, `_`, `.` and `-`.
final class Notes {
    private Notes() {}

    static String milestone(Milestone milestone) {
        return "{\"milestone_id\":\"" + milestone.name() + "\",\"amount\":\"" + milestone.amount() + "\"}";
    }
}
