package hanse.bench;

/// What the command line asked for.
///
/// @param history whether the ledger is measured again on a large past
record Options(int seconds, int clients, int accounts, boolean history) {}
