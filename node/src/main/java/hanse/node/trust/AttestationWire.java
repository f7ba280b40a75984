package hanse.node.trust;

import com.google.protobuf.ByteString;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.wire.proof.AttestationText;

/// Attestations as messages.
final class AttestationWire {
    private AttestationWire() {}

    static hanse.trust.v1.Attestation attestation(Attestation attestation, Parties parties) {
        hanse.trust.v1.Attestation.Builder wire = hanse.trust.v1.Attestation.newBuilder()
                .setAttestationId(attestation.id().toString())
                .setAgent(parties.did(attestation.agent()).toString())
                .setPredicate(AttestationText.SETTLED_DEALINGS)
                .setStatement(ByteString.copyFrom(attestation.statement()))
                .setSignature(ByteString.copyFrom(attestation.signature()))
                .setIssuedAt(WireTime.of(attestation.issuedAt()))
                .setExpiresAt(WireTime.of(attestation.expiresAt()));
        attestation
                .revoked()
                .ifPresent(
                        revoked -> wire.setRevokedAt(WireTime.of(revoked.at())).setReason(revoked.reason()));
        attestation
                .proven()
                .ifPresent(proven -> wire.setProvenAt(WireTime.of(proven.at())).setProvenAtLeast(proven.atLeast()));
        return wire.build();
    }
}
