package hanse.node.identity;

import java.time.Instant;

/// An organisation inside the registry.
///
/// @param slug names it for ever
/// @param open whether anyone may register in it
public record Tenant(String slug, String displayName, boolean open, Instant createdAt) {
    /// The tenant that always exists, and that an agent joins when it names none.
    public static final String PUBLIC = "public";
}
