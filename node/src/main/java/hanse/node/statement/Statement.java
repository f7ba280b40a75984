package hanse.node.statement;

import hanse.node.call.RegistryId;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/// What two registries say of one day's transfers in one direction.
///
/// @param theirs what the peer has signed; empty while it has not said anything
record Statement(Key key, Tally ours, Optional<Tally> theirs, boolean differs) {
    /// Which one it is.
    ///
    /// @param sent whether the transfers went to the peer
    record Key(RegistryId peer, boolean sent, LocalDate day) {}

    /// A transfer of which the two say different things; empty: not credited.
    record Difference(UUID transfer, Optional<Long> micros, Optional<Long> theirs) {}
}
