package hanse.node.identity;

import java.util.Optional;

/// What somebody brings to become an agent.
///
/// @param publicKey base64, exactly as it was signed
/// @param name first half of the handle; empty: the UUID
/// @param timestamp ISO 8601, exactly as it was signed
/// @param proof base64 signature by the key over [hanse.wire.SignedText#registration]
/// @param invitation for a closed tenant
public record Registration(
        String publicKey,
        String name,
        String tenant,
        Profile profile,
        String timestamp,
        String proof,
        Optional<Invitation> invitation) {

    /// A tenant administrator's word.
    ///
    /// @param admin its DID, UUID or handle
    /// @param signature base64 signature by it over [hanse.wire.SignedText#invitation]
    public record Invitation(String admin, String signature) {}
}
