package hanse.node.contract;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.Terms;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.SignedRequest;
import hanse.node.federation.TestNode;
import hanse.node.testing.AgentKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// A contract between alpha's contractor and beta's provider, as each asks its own registry for it.
public final class Voyage {
    private final Supplier<TestNode> alpha;
    private final Supplier<TestNode> beta;
    final AgentId contractor;
    final AgentId provider;
    final Terms terms;
    public final UUID id;

    /// @param alpha which may be another process every time
    Voyage(Supplier<TestNode> alpha, Supplier<TestNode> beta, Terms.Funding funding, String... amounts) {
        this(alpha, beta, alpha.get().agent("100"), beta.get().agent("0"), funding, amounts);
    }

    public Voyage(
            Supplier<TestNode> alpha,
            Supplier<TestNode> beta,
            AgentId contractor,
            AgentId provider,
            Terms.Funding funding,
            String... amounts) {
        this.alpha = alpha;
        this.beta = beta;
        this.contractor = contractor;
        this.provider = provider;
        this.id = alpha.get().newId();
        this.terms = Terms.newBuilder()
                .setContractId(id.toString())
                .setRegistryId(alpha.get().id.value())
                .setContractor(new Did(alpha.get().id, contractor).toString())
                .setProvider(new Did(beta.get().id, provider).toString())
                .setTitle("A voyage to Bergen")
                .setFunding(funding)
                .setAcceptBy(Timestamp.newBuilder().setSeconds(alpha.get().now().getEpochSecond() + 40 * 24 * 3600))
                .addAllMilestones(List.of(amounts).stream()
                        .map(amount ->
                                MilestoneTerms.newBuilder().setAmount(amount).build())
                        .toList())
                .build();
    }

    public CompletableFuture<hanse.contract.v1.Contract> create(String request) {
        return alpha.get().contracts.create(asContractor(request), terms, Workshop.sign(contractor, terms));
    }

    public CompletableFuture<hanse.contract.v1.Contract> accept(String request) {
        String signature = Workshop.sign(provider, terms);
        AcceptContractRequest asked = AcceptContractRequest.newBuilder()
                .setContractId(id.toString())
                .setTermsSignature(signature)
                .build();
        return beta.get().contracts.accept(asProvider(request, "AcceptContract", asked), id, signature, "");
    }

    public CompletableFuture<hanse.contract.v1.Contract> submit(String request, String milestone) {
        SubmitWorkRequest asked = SubmitWorkRequest.newBuilder()
                .setContractId(id.toString())
                .setMilestoneId(milestone)
                .setSubmission("arrived")
                .build();
        return beta.get()
                .contracts
                .change(
                        asProvider(request, "SubmitWork", asked),
                        id,
                        new Change.Submit(milestone, asked.getSubmission()));
    }

    public CompletableFuture<hanse.contract.v1.Contract> approve(String request, String milestone) {
        return alpha.get().contracts.approve(asContractor(request), id, milestone, "");
    }

    CompletableFuture<hanse.contract.v1.Contract> change(String request, Change change) {
        return alpha.get().contracts.change(asContractor(request), id, change);
    }

    /// As the contractor's registry has it.
    hanse.contract.v1.Contract kept() {
        return alpha.get().contracts.show(asContractor("read").caller(), id);
    }

    /// As the provider's registry shows it.
    hanse.contract.v1.Contract mirrored() {
        return beta.get().contracts.show(TestNode.call(provider, "read", "").caller(), id);
    }

    Call asContractor(String request) {
        return TestNode.call(contractor, request, "");
    }

    /// A call over gRPC that the provider has signed for its registry.
    Call asProvider(String request, String rpc, Message message) {
        return signed(
                request,
                "/hanse.contract.v1.ContractService/" + rpc,
                beta.get().id.value(),
                message.toByteArray());
    }

    /// The same over HTTP.
    Call asProviderOverHttp(String request, String path, String json) {
        return signed(request, path, "", json.getBytes(StandardCharsets.UTF_8));
    }

    private Call signed(String request, String path, String audience, byte[] body) {
        String timestamp = beta.get().now().toString();
        SignedRequest unsigned = new SignedRequest("POST", path, timestamp, "", audience, body, new byte[0]);
        byte[] signature = AgentKeys.of(provider).sign(unsigned.text());
        return with(request, new SignedRequest("POST", path, timestamp, "", audience, body, signature));
    }

    Call with(String request, SignedRequest evidence) {
        Call call = TestNode.call(provider, request, "");
        return new Call(call.caller(), Optional.of(call.request()), call.traceparent(), Optional.of(evidence));
    }
}
