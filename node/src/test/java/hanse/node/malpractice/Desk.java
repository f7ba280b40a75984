package hanse.node.malpractice;

import com.google.protobuf.Timestamp;
import hanse.contract.v1.AcceptContractRequest;
import hanse.contract.v1.Contract;
import hanse.contract.v1.CreateContractRequest;
import hanse.contract.v1.GetContractRequest;
import hanse.contract.v1.MarkFailedRequest;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.Terms;
import hanse.error.v1.Reason;
import hanse.malpractice.v1.AnswerMalpracticeRequest;
import hanse.malpractice.v1.Dealing;
import hanse.malpractice.v1.GetMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeResponse;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.ReportMalpracticeRequest;
import hanse.malpractice.v1.StrikeMalpracticeRequest;
import hanse.malpractice.v1.WithdrawMalpracticeRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.SignedRequest;
import hanse.node.contract.ContractGrpc;
import hanse.node.contract.Contracts;
import hanse.node.federation.TestNode;
import hanse.node.payment.PaymentGrpc;
import hanse.node.payment.Payments;
import hanse.node.storage.Database;
import hanse.node.testing.AgentKeys;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.TrustRow;
import hanse.node.trust.TrustRows;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.wire.ContractTerms;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// Where the agents of one registry deal with each other, and report each other: asked as over the wire.
final class Desk {
    static final Caller OPERATOR = new Caller.Operator("judge", 1);

    final Parties parties;
    private final Database database;
    private final LocalTrust trust;
    private final InstantSource clock;
    private final PaymentGrpc paying;
    private final ContractGrpc agreeing;
    private final MalpracticeGrpc reporting;

    Desk(
            Parties parties,
            Database database,
            LocalTrust trust,
            InstantSource clock,
            Payments payments,
            Contracts contracts,
            MalpracticeRecords records) {
        this.parties = parties;
        this.database = database;
        this.trust = trust;
        this.clock = clock;
        this.paying = new PaymentGrpc(payments, parties);
        this.agreeing = new ContractGrpc(contracts, parties);
        this.reporting = new MalpracticeGrpc(records, parties);
    }

    static Desk of(TestNode node) {
        return new Desk(
                new Parties(node.id, handle -> Optional.empty()),
                node.database,
                node.trust,
                node::now,
                node.payments,
                node.contracts,
                node.malpractice);
    }

    /// An answer, or why there is none.
    record Answer<T>(Optional<T> given, Optional<Reason> refusal) {
        T value() {
            return given.orElseThrow(() -> new AssertionError("refused with " + refusal));
        }
    }

    static <T> Answer<T> of(CompletableFuture<T> asked) {
        try {
            return new Answer<>(Optional.of(asked.join()), Optional.empty());
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                return new Answer<>(Optional.empty(), Optional.of(refused.reason()));
            }
            throw e;
        }
    }

    private static <T> CompletableFuture<T> ask(Call call, Consumer<StreamObserver<T>> rpc) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        call.in(Context.current())
                .run(() -> rpc.accept(new StreamObserver<>() {
                    @Override
                    public void onNext(T value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                }));
        return answer;
    }

    private static <T> CompletableFuture<T> ask(Caller caller, Consumer<StreamObserver<T>> rpc) {
        return ask(call(caller, UUID.randomUUID().toString(), ""), rpc);
    }

    private static Call call(Caller caller, String requestId, String content) {
        return TestRegistry.call(caller, requestId, content, UUID.randomUUID());
    }

    static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    Did did(AgentId agent) {
        return parties.did(agent);
    }

    // ---- dealings

    AuthorizeResponse authorized(AgentId payer, Did payee) {
        return Desk.<AuthorizeResponse>ask(
                        agent(payer),
                        observer -> paying.authorize(
                                AuthorizeRequest.newBuilder()
                                        .setPayee(payee.toString())
                                        .setAmount("0.01")
                                        .build(),
                                observer))
                .join();
    }

    /// @param issuer empty for this registry
    void verify(AgentId payee, String issuer, String token) {
        VerifyResponse answer = Desk.<VerifyResponse>ask(
                        agent(payee),
                        observer -> paying.verify(
                                VerifyRequest.newBuilder()
                                        .setIssuer(issuer)
                                        .setPaymentToken(token)
                                        .build(),
                                observer))
                .join();
        if (!answer.getValid()) {
            throw new AssertionError(answer.getReason());
        }
    }

    /// A payment that its payee, of this registry, has verified.
    String consumed(AgentId payer, AgentId payee) {
        AuthorizeResponse token = authorized(payer, did(payee));
        verify(payee, "", token.getPaymentToken());
        return token.getPaymentId();
    }

    Terms proposed(AgentId contractor, Did provider) {
        Terms terms = Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId(parties.self().value())
                .setContractor(did(contractor).toString())
                .setProvider(provider.toString())
                .setTitle("A chart of the Øresund")
                .setAcceptBy(Timestamp.newBuilder()
                        .setSeconds(clock.instant().plus(Duration.ofDays(1)).getEpochSecond()))
                .addMilestones(MilestoneTerms.newBuilder().setAmount("10"))
                .build();
        CreateContractRequest request = CreateContractRequest.newBuilder()
                .setTerms(terms)
                .setTermsSignature(sign(contractor, terms))
                .build();
        Desk.<Contract>ask(agent(contractor), observer -> agreeing.createContract(request, observer))
                .join();
        return terms;
    }

    /// Accepts, also a contract that a peer keeps: what its provider signs is passed on.
    void accept(AgentId provider, Terms terms) {
        AcceptContractRequest request = AcceptContractRequest.newBuilder()
                .setContractId(terms.getContractId())
                .setTermsSignature(sign(provider, terms))
                .build();
        Call call = call(agent(provider), UUID.randomUUID().toString(), "");
        Call signed = new Call(
                call.caller(), Optional.of(call.request()), call.traceparent(), Optional.of(signed(provider, request)));
        Desk.<Contract>ask(signed, observer -> agreeing.acceptContract(request, observer))
                .join();
    }

    private SignedRequest signed(AgentId provider, AcceptContractRequest request) {
        SignedRequest unsigned = new SignedRequest(
                "POST",
                "/hanse.contract.v1.ContractService/AcceptContract",
                clock.instant().toString(),
                "",
                parties.self().value(),
                request.toByteArray(),
                new byte[0]);
        return new SignedRequest(
                unsigned.method(),
                unsigned.path(),
                unsigned.timestamp(),
                unsigned.nonce(),
                unsigned.audience(),
                unsigned.body(),
                AgentKeys.of(provider).sign(unsigned.text()));
    }

    private static String sign(AgentId agent, Terms terms) {
        byte[] text = ContractTerms.signedText(ContractTerms.hash(terms));
        return Base64.getEncoder().encodeToString(AgentKeys.of(agent).sign(text));
    }

    /// A contract that both have signed.
    String active(AgentId contractor, AgentId provider) {
        Terms terms = proposed(contractor, did(provider));
        accept(provider, terms);
        return terms.getContractId();
    }

    void fail(AgentId contractor, String contract) {
        MarkFailedRequest request = MarkFailedRequest.newBuilder()
                .setContractId(contract)
                .setReason("it never sailed")
                .build();
        Desk.<Contract>ask(agent(contractor), observer -> agreeing.markFailed(request, observer))
                .join();
    }

    Answer<Contract> contract(AgentId party, String contract) {
        GetContractRequest request =
                GetContractRequest.newBuilder().setContractId(contract).build();
        return of(Desk.<Contract>ask(agent(party), observer -> agreeing.getContract(request, observer)));
    }

    // ---- records

    Answer<Malpractice> report(AgentId by, Dealing.Kind kind, String dealing) {
        return of(reported(by, UUID.randomUUID().toString(), kind, dealing, "nothing came"));
    }

    /// @param requestId the same again, with the same content, is a repeat
    CompletableFuture<Malpractice> reported(
            AgentId by, String requestId, Dealing.Kind kind, String dealing, String statement) {
        ReportMalpracticeRequest request = ReportMalpracticeRequest.newBuilder()
                .setDealing(Dealing.newBuilder().setKind(kind).setId(dealing))
                .setGrounds(Malpractice.Grounds.NOT_DELIVERED)
                .setStatement(statement)
                .setReference("https://example.org/log")
                .setReferenceHash("ab".repeat(32))
                .build();
        return ask(
                call(agent(by), requestId, request.toString()),
                observer -> reporting.reportMalpractice(request, observer));
    }

    Answer<Malpractice> answer(AgentId by, String record, String statement) {
        AnswerMalpracticeRequest request = AnswerMalpracticeRequest.newBuilder()
                .setMalpracticeId(record)
                .setStatement(statement)
                .build();
        return of(ask(agent(by), observer -> reporting.answerMalpractice(request, observer)));
    }

    CompletableFuture<Malpractice> withdrawn(AgentId by, String record) {
        WithdrawMalpracticeRequest request =
                WithdrawMalpracticeRequest.newBuilder().setMalpracticeId(record).build();
        return ask(agent(by), observer -> reporting.withdrawMalpractice(request, observer));
    }

    Answer<Malpractice> withdraw(AgentId by, String record) {
        return of(withdrawn(by, record));
    }

    CompletableFuture<Malpractice> struck(String record) {
        StrikeMalpracticeRequest request = StrikeMalpracticeRequest.newBuilder()
                .setMalpracticeId(record)
                .setReason("made up")
                .build();
        return ask(OPERATOR, observer -> reporting.strikeMalpractice(request, observer));
    }

    Answer<Malpractice> strike(String record) {
        return of(struck(record));
    }

    Answer<Malpractice> get(Caller caller, String record) {
        GetMalpracticeRequest request =
                GetMalpracticeRequest.newBuilder().setMalpracticeId(record).build();
        return of(ask(caller, observer -> reporting.getMalpractice(request, observer)));
    }

    Malpractice record(String record) {
        return get(OPERATOR, record).value();
    }

    ListMalpracticeResponse list(Caller caller, ListMalpracticeRequest.Builder request) {
        return Desk.<ListMalpracticeResponse>ask(
                        caller, observer -> reporting.listMalpractice(request.build(), observer))
                .join();
    }

    /// What is said of an agent.
    List<TrustRow> rowsAbout(Did agent) {
        return new TrustRows(database, parties, trust)
                .list(OPERATOR, agent, false, "", 50)
                .rows();
    }
}
