package hanse.node.contract;

import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.ApproveCompletionRequest;
import hanse.contract.v1.CancelContractRequest;
import hanse.contract.v1.ClaimMilestoneRequest;
import hanse.contract.v1.ContractServiceGrpc;
import hanse.contract.v1.CreateContractRequest;
import hanse.contract.v1.DeclineContractRequest;
import hanse.contract.v1.GetContractRequest;
import hanse.contract.v1.ListAgentContractsRequest;
import hanse.contract.v1.ListContractsRequest;
import hanse.contract.v1.ListContractsResponse;
import hanse.contract.v1.MarkFailedRequest;
import hanse.contract.v1.ProxyContractRequest;
import hanse.contract.v1.ProxyContractResponse;
import hanse.contract.v1.RejectWorkRequest;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.WithdrawContractRequest;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.TimePage;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Contracts on the wire.
public final class ContractGrpc extends ContractServiceGrpc.ContractServiceImplBase {
    private static final int PAGE = 20;

    private final Contracts contracts;
    private final Parties parties;

    public ContractGrpc(Contracts contracts, Parties parties) {
        this.contracts = contracts;
        this.parties = parties;
    }

    @Override
    public void createContract(CreateContractRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        Cold.answer(observer, contracts.create(Call.current(), request.getTerms(), request.getTermsSignature()));
    }

    @Override
    public void acceptContract(AcceptContractRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        Cold.answer(
                observer,
                contracts.accept(
                        Call.current(),
                        UUID.fromString(request.getContractId()),
                        request.getTermsSignature(),
                        request.getTermsHash()));
    }

    @Override
    public void declineContract(DeclineContractRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        change(observer, request.getContractId(), new Change.Decline(request.getReason()));
    }

    @Override
    public void withdrawContract(WithdrawContractRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        change(observer, request.getContractId(), new Change.Withdraw(request.getReason()));
    }

    @Override
    public void submitWork(SubmitWorkRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        change(observer, request.getContractId(), new Change.Submit(request.getMilestoneId(), request.getSubmission()));
    }

    @Override
    public void rejectWork(RejectWorkRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        change(observer, request.getContractId(), new Change.Reject(request.getMilestoneId(), request.getReason()));
    }

    @Override
    public void approveCompletion(
            ApproveCompletionRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        Cold.answer(
                observer,
                contracts.approve(
                        Call.current(),
                        UUID.fromString(request.getContractId()),
                        request.getMilestoneId(),
                        request.getPaymentToken()));
    }

    @Override
    public void markFailed(MarkFailedRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        change(observer, request.getContractId(), new Change.MarkFailed(request.getReason()));
    }

    @Override
    public void cancelContract(CancelContractRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        boolean consent = !request.hasConsent() || request.getConsent();
        change(observer, request.getContractId(), new Change.Cancel(consent, request.getReason()));
    }

    @Override
    public void claimMilestone(ClaimMilestoneRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        change(observer, request.getContractId(), new Change.Claim(request.getMilestoneId()));
    }

    private void change(StreamObserver<hanse.contract.v1.Contract> observer, String id, Change change) {
        Cold.answer(observer, contracts.change(Call.current(), UUID.fromString(id), change));
    }

    @Override
    public void getContract(GetContractRequest request, StreamObserver<hanse.contract.v1.Contract> observer) {
        Caller caller = Call.current().caller();
        Cold.run(observer, () -> contracts.show(caller, UUID.fromString(request.getContractId())));
    }

    @Override
    public void listContracts(ListContractsRequest request, StreamObserver<ListContractsResponse> observer) {
        Caller caller = Call.current().caller();
        int size = size(request.getPageSize());
        Optional<Side> side = switch (request.getSide()) {
            case CONTRACTOR -> Optional.of(Side.CONTRACTOR);
            case PROVIDER -> Optional.of(Side.PROVIDER);
            case ANY, UNRECOGNIZED -> Optional.empty();
        };
        Optional<Contract.State> state = ContractWire.state(request.getState());
        Cold.run(observer, () -> page(contracts.list(caller, side, state, request.getPageToken(), size), size));
    }

    @Override
    public void listAgentContracts(ListAgentContractsRequest request, StreamObserver<ListContractsResponse> observer) {
        Caller caller = Call.current().caller();
        int size = size(request.getPageSize());
        Optional<Contract.State> state = ContractWire.state(request.getState());
        Cold.run(
                observer,
                () -> page(
                        contracts.listOf(
                                caller, parties.read(request.getAgentDid()), state, request.getPageToken(), size),
                        size));
    }

    /// Peers do so by a message of the link.
    @Override
    public void proxyContract(ProxyContractRequest request, StreamObserver<ProxyContractResponse> observer) {
        observer.onError(new RefusedException(Reason.ROLE_REQUIRED));
    }

    private static int size(int asked) {
        return asked == 0 ? PAGE : asked;
    }

    private static ListContractsResponse page(List<Contracts.Listed> found, int size) {
        List<Contracts.Listed> page = found.subList(0, Math.min(size, found.size()));
        ListContractsResponse.Builder answer = ListContractsResponse.newBuilder();
        page.forEach(listed -> answer.addContracts(listed.contract()));
        if (found.size() > size) {
            Contracts.Listed last = page.getLast();
            answer.setNextPageToken(new TimePage(last.at(), last.id()).token());
        }
        return answer.build();
    }
}
