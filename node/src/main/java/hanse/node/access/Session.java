package hanse.node.access;

import hanse.node.call.RegistryId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// One signed request traded for a bearer token.
///
/// @param version of the key that opened it; with another key it ends
/// @param openedBy key of the signature that opened it: a replayed one opens nothing, in any process
record Session(
        SessionKey key,
        Holder holder,
        long version,
        RegistryId audience,
        UUID openedBy,
        Instant openedAt,
        Instant expiresAt,
        Optional<Instant> closedAt) {

    boolean isOpen(Instant now) {
        return closedAt.isEmpty() && now.isBefore(expiresAt);
    }
}
