package hanse.sdk;

import hanse.agent.v1.Invitation;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RotateKeyRequest;
import hanse.wire.SignedText;

/// The three proofs that a key gives inside a request rather than in its headers.
public final class Proofs {
    private Proofs() {}

    /// Completes a registration: `public_key`, `timestamp` and `proof` of the key that joins. Accepted for 30 s.
    public static RegisterAgentRequest registration(RegisterAgentRequest profile, AgentKey key, String registryId) {
        String timestamp = Timestamps.PROCESS.next();
        return profile.toBuilder()
                .setPublicKey(key.publicKeyBase64())
                .setTimestamp(timestamp)
                .setProof(key.signBase64(SignedText.registration(registryId, key.publicKeyBase64(), timestamp)))
                .build();
    }

    /// Asks to replace the key of the agent `did`.
    ///
    /// @param keyVersion the agent's present `key_version`; when it has changed meanwhile the rotation is refused
    public static RotateKeyRequest rotation(String did, long keyVersion, AgentKey newKey) {
        return RotateKeyRequest.newBuilder()
                .setAgentId(did)
                .setPublicKey(newKey.publicKeyBase64())
                .setProof(newKey.signBase64(SignedText.rotation(did, keyVersion, newKey.publicKeyBase64())))
                .build();
    }

    /// A tenant administrator's word that the holder of `invitedPublicKey` (base64) may join its closed tenant.
    ///
    /// @param admin the administrator's DID
    public static Invitation invitation(String admin, AgentKey adminKey, String tenant, String invitedPublicKey) {
        return Invitation.newBuilder()
                .setAdmin(admin)
                .setSignature(adminKey.signBase64(SignedText.invitation(tenant, invitedPublicKey)))
                .build();
    }
}
