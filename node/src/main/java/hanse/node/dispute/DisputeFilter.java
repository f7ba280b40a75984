package hanse.node.dispute;

import hanse.node.call.Did;
import java.util.Optional;
import java.util.UUID;

/// Which disputes to list.
///
/// @param party of whom
/// @param alsoOf of whom besides
record DisputeFilter(
        Optional<Did> party,
        Optional<Did> alsoOf,
        Optional<Dispute.State> state,
        Optional<Subject.Kind> kind,
        Optional<UUID> subject) {
    DisputeFilter alsoOf(Did other) {
        return new DisputeFilter(party, Optional.of(other), state, kind, subject);
    }
}
