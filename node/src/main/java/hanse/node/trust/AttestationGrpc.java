package hanse.node.trust;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.trust.v1.AttestationServiceGrpc;
import hanse.trust.v1.GetAttestationRequest;
import hanse.trust.v1.IssueAttestationRequest;
import hanse.trust.v1.IssueAttestationResponse;
import hanse.trust.v1.ListAttestationsRequest;
import hanse.trust.v1.ListAttestationsResponse;
import hanse.trust.v1.ProveAttestationRequest;
import hanse.trust.v1.RevokeAttestationRequest;
import hanse.trust.v1.VerifyAttestationRequest;
import hanse.trust.v1.VerifyAttestationResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.UUID;

/// Attestations on the wire.
public final class AttestationGrpc extends AttestationServiceGrpc.AttestationServiceImplBase {
    private final Parties parties;
    private final Attestations attestations;

    public AttestationGrpc(Parties parties, Attestations attestations) {
        this.parties = parties;
        this.attestations = attestations;
    }

    @Override
    public void issueAttestation(IssueAttestationRequest request, StreamObserver<IssueAttestationResponse> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> attestations.issue(call, request.getLifetimeDays()));
    }

    @Override
    public void getAttestation(GetAttestationRequest request, StreamObserver<hanse.trust.v1.Attestation> observer) {
        UUID id = UUID.fromString(request.getAttestationId());
        Cold.run(observer, () -> AttestationWire.attestation(attestations.get(id), parties));
    }

    @Override
    public void listAttestations(ListAttestationsRequest request, StreamObserver<ListAttestationsResponse> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> {
            Attestations.Page page = attestations.list(
                    call.caller(),
                    parties.readLocal(request.getAgentId()),
                    request.getPageToken(),
                    request.getPageSize());
            return ListAttestationsResponse.newBuilder()
                    .addAllAttestations(page.attestations().stream()
                            .map(attestation -> AttestationWire.attestation(attestation, parties))
                            .toList())
                    .setNextPageToken(page.next().orElse(""))
                    .build();
        });
    }

    @Override
    public void proveAttestation(ProveAttestationRequest request, StreamObserver<hanse.trust.v1.Attestation> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getAttestationId());
        Cold.run(
                observer,
                () -> attestations.prove(
                        call, id, request.getAtLeast(), request.getProof().toByteArray()));
    }

    @Override
    public void verifyAttestation(
            VerifyAttestationRequest request, StreamObserver<VerifyAttestationResponse> observer) {
        UUID id = UUID.fromString(request.getAttestationId());
        Cold.run(observer, () -> {
            Optional<Reason> wrong = attestations.verify(
                    id,
                    request.getAtLeast(),
                    request.getContext().toByteArray(),
                    request.getProof().toByteArray());
            return VerifyAttestationResponse.newBuilder()
                    .setValid(wrong.isEmpty())
                    .setReason(wrong.map(Reason::name).orElse(""))
                    .build();
        });
    }

    @Override
    public void revokeAttestation(
            RevokeAttestationRequest request, StreamObserver<hanse.trust.v1.Attestation> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getAttestationId());
        Cold.run(observer, () -> attestations.revoke(call, id, request.getReason()));
    }
}
