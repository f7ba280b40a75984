package hanse.drill;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.ApproveCompletionRequest;
import hanse.contract.v1.Contract;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.CreateContractRequest;
import hanse.contract.v1.GetContractRequest;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.Terms;
import hanse.sdk.Proofs;
import java.util.UUID;

/// A contract of one milestone, from its proposal to its pay.
final class Job extends Deed {
    private final Terms terms;

    Job(String tag, Party payer, Party payee, long micros, UUID id) {
        super(tag, payer, payee, micros);
        terms = Terms.newBuilder()
                .setContractId(id.toString())
                .setRegistryId(payer.registry())
                .setContractor(payer.did())
                .setProvider(payee.did())
                .setTitle(tag)
                .setFunding(id.hashCode() % 2 == 0 ? Terms.Funding.ESCROWED : Terms.Funding.ON_APPROVAL)
                .setAcceptBy(Timestamps.add(Timestamps.now(), Durations.fromHours(3)))
                .addMilestones(MilestoneTerms.newBuilder().setAmount(amount()))
                .build();
    }

    @Override
    void act(Asking asking) throws InterruptedException, Asking.SetAside {
        String id = terms.getContractId();
        CreateContractRequest create = Proofs.proposal(
                        terms, payer().credentials().key())
                .toBuilder()
                .setRequestId(request("create"))
                .build();
        asking.ask(
                this,
                "create",
                payer(),
                channel -> ContractServiceGrpc.newBlockingStub(channel).createContract(create),
                Contract::getContractId);
        // To a registry of its own the provider's offer comes a little later.
        GetContractRequest read =
                GetContractRequest.newBuilder().setContractId(id).build();
        asking.awaitAnswer(
                payee(), channel -> ContractServiceGrpc.newBlockingStub(channel).getContract(read));
        AcceptContractRequest accept = Proofs.acceptance(
                        terms, payee().credentials().key())
                .toBuilder()
                .setRequestId(request("accept"))
                .build();
        asking.ask(
                this,
                "accept",
                payee(),
                channel -> ContractServiceGrpc.newBlockingStub(channel).acceptContract(accept),
                Contract::getContractId);
        SubmitWorkRequest submit = SubmitWorkRequest.newBuilder()
                .setContractId(id)
                .setSubmission("https://work.example/" + tag())
                .setRequestId(request("submit"))
                .build();
        asking.ask(
                this,
                "submit",
                payee(),
                channel -> ContractServiceGrpc.newBlockingStub(channel).submitWork(submit),
                Contract::getContractId);
        ApproveCompletionRequest approve = ApproveCompletionRequest.newBuilder()
                .setContractId(id)
                .setRequestId(request("approve"))
                .build();
        asking.ask(
                this,
                "approve",
                payer(),
                channel -> ContractServiceGrpc.newBlockingStub(channel).approveCompletion(approve),
                Contract::getContractId);
    }

    @Override
    String kind() {
        return isLocal() ? "contract" : "contract with a peer's agent";
    }
}
