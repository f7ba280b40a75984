package hanse.bench;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import hanse.contract.v1.ApproveCompletionRequest;
import hanse.contract.v1.Contract;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.ContractServiceGrpc.ContractServiceFutureStub;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.Terms;
import hanse.sdk.Proofs;
import java.util.List;
import java.util.UUID;

/// One contract from its proposal to its pay.
final class ContractLifecycle {
    private ContractLifecycle() {}

    /// Create, accept, submit and approve, each signed by whose turn it is; both sides sign the terms, too.
    static void run(List<WireStage.Agent> agents, String amount, int client) throws Exception {
        WireStage.Agent contractor = WireStage.any(agents);
        WireStage.Agent provider = WireStage.anyBut(agents, contractor);
        ContractServiceFutureStub asContractor =
                ContractServiceGrpc.newFutureStub(contractor.on(client).channel());
        ContractServiceFutureStub asProvider =
                ContractServiceGrpc.newFutureStub(provider.on(client).channel());
        Terms terms = terms(contractor, provider, amount);
        WireStage.await(asContractor.createContract(
                Proofs.proposal(terms, contractor.credentials().key()).toBuilder()
                        .setRequestId(WireStage.id())
                        .build()));
        WireStage.await(asProvider.acceptContract(
                Proofs.acceptance(terms, provider.credentials().key()).toBuilder()
                        .setRequestId(WireStage.id())
                        .build()));
        WireStage.await(asProvider.submitWork(SubmitWorkRequest.newBuilder()
                .setContractId(terms.getContractId())
                .setSubmission("https://work.example/" + terms.getContractId())
                .setRequestId(WireStage.id())
                .build()));
        Contract paid = WireStage.await(asContractor.approveCompletion(ApproveCompletionRequest.newBuilder()
                .setContractId(terms.getContractId())
                .setRequestId(WireStage.id())
                .build()));
        if (paid.getState() != Contract.State.COMPLETED) {
            throw new IllegalStateException("an approved contract is " + paid.getState());
        }
    }

    private static Terms terms(WireStage.Agent contractor, WireStage.Agent provider, String amount) {
        return Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId(contractor.credentials().audience())
                .setContractor(contractor.did())
                .setProvider(provider.did())
                .setTitle("A small piece of work")
                .setFunding(Terms.Funding.ON_APPROVAL)
                .setAcceptBy(Timestamps.add(Timestamps.now(), Durations.fromHours(1)))
                .addMilestones(MilestoneTerms.newBuilder().setAmount(amount))
                .build();
    }
}
