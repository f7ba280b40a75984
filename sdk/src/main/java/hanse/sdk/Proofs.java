package hanse.sdk;

import hanse.agent.v1.Invitation;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.RotateKeyRequest;
import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.CreateContractRequest;
import hanse.contract.v1.Terms;
import hanse.wire.ContractTerms;
import hanse.wire.SignedText;
import java.util.HexFormat;

/// The proofs that a key gives inside a request rather than in its headers.
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

    /// Proposes a contract: the contractor's signature over its terms.
    public static CreateContractRequest proposal(Terms terms, AgentKey contractorKey) {
        return CreateContractRequest.newBuilder()
                .setTerms(terms)
                .setTermsSignature(signature(terms, contractorKey))
                .build();
    }

    /// Accepts a contract: the provider's signature over the terms that it has read.
    ///
    /// @param terms as `GetContract` shows them, read by whoever answers for the key
    public static AcceptContractRequest acceptance(Terms terms, AgentKey providerKey) {
        return AcceptContractRequest.newBuilder()
                .setContractId(terms.getContractId())
                .setTermsHash(HexFormat.of().formatHex(ContractTerms.hash(terms)))
                .setTermsSignature(signature(terms, providerKey))
                .build();
    }

    private static String signature(Terms terms, AgentKey key) {
        return key.signBase64(ContractTerms.signedText(ContractTerms.hash(terms)));
    }
}
