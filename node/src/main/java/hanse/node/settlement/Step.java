package hanse.node.settlement;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Something that happened to a settlement. Kept for ever.
///
/// @param state where it stood after that
/// @param by an operator as callers are named, `peer:<id>`, or `node`
/// @param message between the registries, if there was one
/// @param note what was said: an outcome, an operator's words
record Step(
        UUID settlement,
        int number,
        Instant at,
        Settlement.State state,
        String by,
        Optional<UUID> message,
        String note) {
    static final String NODE = "node";
}
