package hanse.node.testing;

import com.google.protobuf.ByteString;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RegistryId;
import hanse.node.trust.AttestationGrpc;
import hanse.sdk.Attestations;
import hanse.trust.v1.Attestation;
import hanse.trust.v1.IssueAttestationRequest;
import hanse.trust.v1.IssueAttestationResponse;
import hanse.trust.v1.ProveAttestationRequest;

/// Attestations as their holders come by them.
public final class Attested {
    private Attested() {}

    /// Has an agent's settled dealings attested, and proves to its registry that there is one.
    ///
    /// @return the attestation's id
    public static String once(AttestationGrpc attesting, RegistryId home, AgentId holder) {
        Caller caller = new Caller.Agent(holder, 1, false, "t");
        IssueAttestationResponse issued = Asked.<IssueAttestationResponse>ask(
                        caller,
                        observer -> attesting.issueAttestation(IssueAttestationRequest.getDefaultInstance(), observer))
                .value();
        byte[] proof = Attestations.proveToRegistry(issued.getAttestation(), issued.getOpening(), 1, home.value());
        return Asked.<Attestation>ask(
                        caller,
                        observer -> attesting.proveAttestation(
                                ProveAttestationRequest.newBuilder()
                                        .setAttestationId(
                                                issued.getAttestation().getAttestationId())
                                        .setAtLeast(1)
                                        .setProof(ByteString.copyFrom(proof))
                                        .build(),
                                observer))
                .value()
                .getAttestationId();
    }
}
