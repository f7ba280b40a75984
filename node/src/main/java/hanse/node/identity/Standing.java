package hanse.node.identity;

import java.time.Instant;
import java.util.Optional;

/// Where an agent stands. `Active ⇄ Suspended`; either `→ Deactivated`, for good.
public sealed interface Standing {
    /// May do everything.
    record Active() implements Standing {}

    /// May sign nothing; what it holds is untouched.
    ///
    /// @param until when that ends by itself; empty: when an operator says so
    record Suspended(Optional<Instant> until) implements Standing {}

    /// Closed by its owner.
    record Deactivated() implements Standing {}
}
