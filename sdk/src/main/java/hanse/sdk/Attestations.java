package hanse.sdk;

import hanse.trust.v1.Attestation;
import hanse.trust.v1.Opening;
import hanse.wire.proof.AtLeastProof;
import hanse.wire.proof.AttestationText;
import hanse.wire.proof.Pedersen;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/// What the holder of an attestation can prove with it, and how anybody checks that. The construction is in
/// docs/attestations.md. A verifier gives the prover a context of its own, best one that it has never given before: a
/// proof for one context is worthless in every other.
public final class Attestations {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SIGNATURE_LENGTH = 64;

    private Attestations() {}

    /// A proof for whoever gave `context` that the attested count is at least `atLeast`.
    ///
    /// @throws IllegalArgumentException if it is not, or if the opening is another attestation's
    public static byte[] prove(Attestation attestation, Opening opening, long atLeast, byte[] context) {
        byte[] statement = attestation.getStatement().toByteArray();
        Pedersen.Opening secret =
                new Pedersen.Opening(opening.getValue(), opening.getBlinding().toByteArray());
        byte[] commitment = AttestationText.parse(statement)
                .map(AttestationText::commitment)
                .orElseThrow(() -> new IllegalArgumentException("the statement cannot be read"));
        if (!Arrays.equals(commitment, Pedersen.commit(secret))) {
            throw new IllegalArgumentException("the opening is another attestation's");
        }
        return AtLeastProof.prove(secret, atLeast, statement, context, RANDOM);
    }

    /// A proof for a registry, which is what `ProveAttestation` takes.
    public static byte[] proveToRegistry(Attestation attestation, Opening opening, long atLeast, String registryId) {
        return prove(attestation, opening, atLeast, AttestationText.forRegistry(registryId));
    }

    /// What an attestation says, if the registry whose key this is has signed it for that agent and it has not
    /// expired. Whether it was revoked only the registry knows.
    ///
    /// @param registryKey the registry's Ed25519 signing key, 32 bytes, from a source that the caller trusts
    /// @param agent the DID of whoever shows it
    public static Optional<AttestationText> read(
            Attestation attestation, byte[] registryKey, String registryId, String agent, Instant now) {
        byte[] statement = attestation.getStatement().toByteArray();
        byte[] signature = attestation.getSignature().toByteArray();
        if (signature.length != SIGNATURE_LENGTH) {
            return Optional.empty();
        }
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(false, new Ed25519PublicKeyParameters(registryKey, 0));
        signer.update(statement, 0, statement.length);
        return signer.verifySignature(signature)
                ? AttestationText.parse(statement)
                        .filter(text -> text.registry().equals(registryId)
                                && text.agent().equals(agent)
                                && now.isBefore(text.expiresAt()))
                : Optional.empty();
    }

    /// Whether `proof`, made for this verifier's `context`, shows that the count which [#read] has read is at least
    /// `atLeast`.
    public static boolean shows(AttestationText text, long atLeast, byte[] context, byte[] proof) {
        return AtLeastProof.verify(text.commitment(), atLeast, text.bytes(), context, proof);
    }

    /// A context that was never given before: the verifier's name and a random number.
    public static byte[] freshContext(String verifier) {
        return (verifier + "/" + UUID.randomUUID()).getBytes(StandardCharsets.UTF_8);
    }
}
