package hanse.node.wires;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import hanse.access.v1.CloseSessionRequest;
import hanse.access.v1.OpenSessionRequest;
import hanse.agent.v1.CreateTenantRequest;
import hanse.agent.v1.DeactivateAgentRequest;
import hanse.agent.v1.GetAgentRequest;
import hanse.agent.v1.GetDidDocumentRequest;
import hanse.agent.v1.GetReputationRequest;
import hanse.agent.v1.GetTenantRequest;
import hanse.agent.v1.ListAgentsRequest;
import hanse.agent.v1.ListTenantsRequest;
import hanse.agent.v1.RegisterAgentRequest;
import hanse.agent.v1.ResolveDidRequest;
import hanse.agent.v1.SetTenantAdminRequest;
import hanse.agent.v1.UpdateAgentRequest;
import hanse.agent.v1.UpdateTenantRequest;
import hanse.audit.v1.GetCheckpointRequest;
import hanse.audit.v1.GetFederationReportRequest;
import hanse.audit.v1.GetReceiptRequest;
import hanse.audit.v1.GetStatementsRequest;
import hanse.audit.v1.ListStatementsRequest;
import hanse.audit.v1.VerifyJournalRequest;
import hanse.certs.CertificateAuthority;
import hanse.certs.SigningKey;
import hanse.contract.v1.ApproveCompletionRequest;
import hanse.contract.v1.CancelContractRequest;
import hanse.contract.v1.ClaimMilestoneRequest;
import hanse.contract.v1.Contract;
import hanse.contract.v1.DeclineContractRequest;
import hanse.contract.v1.GetContractRequest;
import hanse.contract.v1.ListAgentContractsRequest;
import hanse.contract.v1.ListContractsRequest;
import hanse.contract.v1.MarkFailedRequest;
import hanse.contract.v1.MilestoneTerms;
import hanse.contract.v1.RejectWorkRequest;
import hanse.contract.v1.SubmitWorkRequest;
import hanse.contract.v1.Terms;
import hanse.contract.v1.WithdrawContractRequest;
import hanse.dispute.v1.AppointArbiterRequest;
import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.DisputeServiceGrpc.DisputeServiceBlockingStub;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRecordRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.GetSettlementRequest;
import hanse.dispute.v1.ListAgentDisputesRequest;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListPeerSlashConfigsRequest;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RecordOpinionRequest;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.event.v1.WatchRequest;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.DestroyRequest;
import hanse.ledger.v1.DrawFaucetRequest;
import hanse.ledger.v1.FreezeAccountRequest;
import hanse.ledger.v1.GetBalanceRequest;
import hanse.ledger.v1.GetCrossRegistryTransferRequest;
import hanse.ledger.v1.GetSupplyRequest;
import hanse.ledger.v1.GetTransferRequest;
import hanse.ledger.v1.GetTreasuryRequest;
import hanse.ledger.v1.ListStatementRequest;
import hanse.ledger.v1.PayFromTreasuryRequest;
import hanse.ledger.v1.TransferRequest;
import hanse.malpractice.v1.AnswerMalpracticeRequest;
import hanse.malpractice.v1.Dealing;
import hanse.malpractice.v1.GetMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeRequest;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.MalpracticeServiceGrpc;
import hanse.malpractice.v1.MalpracticeServiceGrpc.MalpracticeServiceBlockingStub;
import hanse.malpractice.v1.ReportMalpracticeRequest;
import hanse.malpractice.v1.StrikeMalpracticeRequest;
import hanse.malpractice.v1.WithdrawMalpracticeRequest;
import hanse.node.testing.TestConfig;
import hanse.operator.v1.ListOperatorsRequest;
import hanse.operator.v1.PutOperatorRequest;
import hanse.operator.v1.ReinstateAgentRequest;
import hanse.operator.v1.RemoveOperatorRequest;
import hanse.operator.v1.SuspendAgentRequest;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.ClaimRequest;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.ListPaymentsRequest;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.WaiveRequest;
import hanse.peer.PeeringCards;
import hanse.peer.v1.AcceptJournalRequest;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.AdvanceTransferRequest;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.GetRegistryRequest;
import hanse.peer.v1.ListPeerTransfersRequest;
import hanse.peer.v1.ListPeersRequest;
import hanse.peer.v1.RemovePeerRequest;
import hanse.peer.v1.ResumePeerRequest;
import hanse.peer.v1.SignedCard;
import hanse.peer.v1.SuspendPeerRequest;
import hanse.peer.v1.UpdatePeerRequest;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import hanse.sdk.Proofs;
import hanse.trust.v1.ForfeitBondRequest;
import hanse.trust.v1.GetAttestationRequest;
import hanse.trust.v1.GetBondPolicyRequest;
import hanse.trust.v1.GetBondRequest;
import hanse.trust.v1.GetTrustRequest;
import hanse.trust.v1.GetTrustRunRequest;
import hanse.trust.v1.IssueAttestationRequest;
import hanse.trust.v1.ListAttestationsRequest;
import hanse.trust.v1.ListTrustRowsRequest;
import hanse.trust.v1.PostBondRequest;
import hanse.trust.v1.ProveAttestationRequest;
import hanse.trust.v1.ReleaseBondRequest;
import hanse.trust.v1.RevokeAttestationRequest;
import hanse.trust.v1.VerifyAttestationRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/// A registry with some life in it, and requests that fit it.
final class Market {
    private static final String BETA = "beta.example";

    /// A request that fits.
    record Sample(Caller caller, Message request) {}

    final Caller alice;
    final Caller operator;
    private final Map<String, List<Sample>> samples = new HashMap<>();
    private final HanseClient client;

    Market(ServedNode node, HanseClient client, Path directory) throws IOException {
        this.client = client;
        Credentials admin = node.operator();
        Credentials alices = client.register(AgentKey.generate(), "alice");
        Credentials bobs = client.register(AgentKey.generate(), "bob");
        Credentials erins = client.register(AgentKey.generate(), "erin");
        alice = Caller.of(alices);
        operator = Caller.of(admin);
        deposit(admin, alices.subject());
        String paid = client.as(alices)
                .ledger()
                .transfer(TransferRequest.newBuilder()
                        .setTo("bob@public")
                        .setAmount("7")
                        .build())
                .getTransferId();
        agents(alices, bobs);
        tenants(alices);
        sessions(alices);
        ledger(alices, paid, erins.subject());
        payments(alices, bobs);
        contracts(alices, bobs);
        disputes(admin, alices, bobs, erins.subject());
        settlements(admin);
        malpractice(alices, bobs);
        operators(erins.subject());
        journal(paid);
        peers(directory);
        trust(alices);
    }

    /// The requests that fit an RPC; none for one that this table does not know.
    List<Sample> samples(BoundRpc rpc) {
        return samples.getOrDefault(rpc.method().getInputType().getFullName(), List.of());
    }

    private void add(Caller caller, Message request) {
        samples.computeIfAbsent(request.getDescriptorForType().getFullName(), _ -> new ArrayList<>())
                .add(new Sample(caller, request));
    }

    private static String once(String what) {
        return "once-" + what;
    }

    private void deposit(Credentials admin, String agent) {
        var unused = client.as(admin)
                .ledger()
                .deposit(DepositRequest.newBuilder()
                        .setAgentId(agent)
                        .setAmount("1000")
                        .build());
    }

    private static String did(Credentials agent) {
        return "did:theprotocol:" + TestConfig.REGISTRY + ":" + agent.subject();
    }

    private void agents(Credentials alices, Credentials bobs) {
        add(
                Caller.ANYONE,
                Proofs.registration(
                        RegisterAgentRequest.newBuilder()
                                .setName("nova")
                                .setDisplayName("Nóva \"of\" \\ the/market? ☃")
                                .addCapabilities("weather")
                                .addCapabilities("Maps-2")
                                .setRequestId(once("register"))
                                .build(),
                        AgentKey.generate(),
                        TestConfig.REGISTRY));
        for (String name : List.of(alices.subject(), did(alices), "alice@public")) {
            add(Caller.ANYONE, GetAgentRequest.newBuilder().setAgentId(name).build());
        }
        add(
                alice,
                UpdateAgentRequest.newBuilder()
                        .setAgentId(did(alices))
                        .setDisplayName("Alice & Söhne, 100 %")
                        .setDescription("")
                        .setSetCapabilities(true)
                        .addCapabilities("cooking")
                        .setRequestId(once("update"))
                        .build());
        AgentKey next = AgentKey.generate();
        AgentKey first = AgentKey.generate();
        Credentials dave = client.register(first, "dave");
        // The first answer makes the new key the one to sign with.
        AtomicReference<Credentials> signer = new AtomicReference<>(dave);
        add(
                (method, path, body) -> signer.getAndSet(dave.withKey(next))
                        .sign(method, path, body)
                        .headers(),
                Proofs.rotation(did(dave), 1, next).toBuilder()
                        .setRequestId(once("rotate"))
                        .build());
        // Money is promised: refused, and alice is needed further on.
        add(
                alice,
                DeactivateAgentRequest.newBuilder().setAgentId(alices.subject()).build());
        add(alice, ListAgentsRequest.newBuilder().setPageSize(2).build());
        add(operator, ListAgentsRequest.newBuilder().setCapability("Maps-2").build());
        add(
                Caller.ANYONE,
                GetReputationRequest.newBuilder().setAgentId(did(bobs)).build());
        add(Caller.ANYONE, ResolveDidRequest.newBuilder().setDid(did(alices)).build());
        add(Caller.ANYONE, GetDidDocumentRequest.getDefaultInstance());
    }

    private void tenants(Credentials alices) {
        add(
                operator,
                CreateTenantRequest.newBuilder()
                        .setSlug("guild")
                        .setDisplayName("The Guild")
                        .setOpen(true)
                        .setRequestId(once("tenant"))
                        .build());
        add(alice, GetTenantRequest.newBuilder().setSlug("public").build());
        add(operator, ListTenantsRequest.newBuilder().setPageSize(1).build());
        add(
                operator,
                UpdateTenantRequest.newBuilder()
                        .setSlug("guild")
                        .setOpen(false)
                        .setRequestId(once("close"))
                        .build());
        add(
                operator,
                SetTenantAdminRequest.newBuilder()
                        .setSlug("public")
                        .setAgentId(alices.subject())
                        .setAdmin(true)
                        .setRequestId(once("admin"))
                        .build());
    }

    private void sessions(Credentials alices) {
        add(alice, OpenSessionRequest.getDefaultInstance());
        // A session ends once, so each question brings its own.
        add(
                (method, path, body) -> Map.of(
                        "authorization",
                        "Bearer "
                                + client.as(alices)
                                        .sessions()
                                        .openSession(OpenSessionRequest.getDefaultInstance())
                                        .getToken()),
                CloseSessionRequest.getDefaultInstance());
    }

    private void ledger(Credentials alices, String paid, String erin) {
        add(
                alice,
                TransferRequest.newBuilder()
                        .setTo("bob@public")
                        .setAmount("5.25")
                        .setMemo("für Brot")
                        .setRequestId(once("transfer"))
                        .build());
        add(
                alice,
                TransferRequest.newBuilder()
                        .setTo("bob@public")
                        .setAmount("1000000")
                        .setRequestId(once("overdraft"))
                        .build());
        add(
                alice,
                CrossRegistryTransferRequest.newBuilder()
                        .setTo("did:theprotocol:" + BETA + ":" + UUID.randomUUID())
                        .setAmount("5")
                        .setRequestId(once("cross"))
                        .build());
        add(
                alice,
                GetCrossRegistryTransferRequest.newBuilder()
                        .setTransferId(UUID.randomUUID().toString())
                        .build());
        add(alice, GetTransferRequest.newBuilder().setTransferId(paid).build());
        add(alice, GetBalanceRequest.newBuilder().setAgentId(did(alices)).build());
        add(operator, GetBalanceRequest.newBuilder().setAgentId("alice@public").build());
        add(
                alice,
                ListStatementRequest.newBuilder()
                        .setAgentId("alice@public")
                        .setPageSize(1)
                        .build());
        add(Caller.ANYONE, GetSupplyRequest.getDefaultInstance());
        add(
                operator,
                DepositRequest.newBuilder()
                        .setAgentId("alice@public")
                        .setAmount("0.000001")
                        .setRequestId(once("deposit"))
                        .build());
        add(
                operator,
                DestroyRequest.newBuilder()
                        .setAgentId(alices.subject())
                        .setAmount("2")
                        .setRequestId(once("destroy"))
                        .build());
        add(
                alice,
                DrawFaucetRequest.newBuilder()
                        .setAmount("10")
                        .setRequestId(once("faucet"))
                        .build());
        add(operator, GetTreasuryRequest.getDefaultInstance());
        add(
                operator,
                PayFromTreasuryRequest.newBuilder()
                        .setTo("alice@public")
                        .setAmount("0.01")
                        .setRequestId(once("treasury"))
                        .build());
        add(
                operator,
                FreezeAccountRequest.newBuilder()
                        .setAgentId(erin)
                        .setFrozen(true)
                        .setNote("looked into")
                        .setRequestId(once("freeze"))
                        .build());
    }

    private void payments(Credentials alices, Credentials bobs) {
        Caller bob = Caller.of(bobs);
        add(
                alice,
                AuthorizeRequest.newBuilder()
                        .setPayee(did(bobs))
                        .setAmount("1")
                        .setResource("GET /weather")
                        .setRequestId(once("authorize"))
                        .build());
        AuthorizeResponse verified = authorized(alices);
        add(
                bob,
                VerifyRequest.newBuilder()
                        .setPaymentToken(verified.getPaymentToken())
                        .setRequestId(once("verify"))
                        .build());
        AuthorizeResponse served = consumed(alices, bobs);
        add(
                alice,
                SettleRequest.newBuilder()
                        .setPaymentToken(served.getPaymentToken())
                        .setRequestId(once("settle"))
                        .build());
        add(
                alice,
                ReleaseRequest.newBuilder()
                        .setPaymentId(authorized(alices).getPaymentId())
                        .setRequestId(once("release"))
                        .build());
        add(
                bob,
                ClaimRequest.newBuilder()
                        .setPaymentId(consumed(alices, bobs).getPaymentId())
                        .setRequestId(once("claim"))
                        .build());
        add(
                bob,
                WaiveRequest.newBuilder()
                        .setPaymentId(consumed(alices, bobs).getPaymentId())
                        .setRequestId(once("waive"))
                        .build());
        add(
                alice,
                GetPaymentRequest.newBuilder()
                        .setPaymentId(served.getPaymentId())
                        .build());
        add(
                bob,
                ListPaymentsRequest.newBuilder()
                        .setSide(ListPaymentsRequest.Side.PAYEE)
                        .setPageSize(2)
                        .build());
    }

    private void contracts(Credentials alices, Credentials bobs) {
        Caller bob = Caller.of(bobs);
        add(
                alice,
                Proofs.proposal(terms(alices, bobs), alices.key()).toBuilder()
                        .setRequestId(once("propose"))
                        .build());
        Terms accepted = proposed(alices, bobs);
        add(
                bob,
                Proofs.acceptance(accepted, bobs.key()).toBuilder()
                        .setRequestId(once("accept"))
                        .build());
        add(
                bob,
                DeclineContractRequest.newBuilder()
                        .setContractId(proposed(alices, bobs).getContractId())
                        .setReason("too \"cheap\"")
                        .setRequestId(once("decline"))
                        .build());
        add(
                alice,
                WithdrawContractRequest.newBuilder()
                        .setContractId(proposed(alices, bobs).getContractId())
                        .setRequestId(once("withdraw contract"))
                        .build());
        add(
                bob,
                SubmitWorkRequest.newBuilder()
                        .setContractId(active(alices, bobs))
                        .setMilestoneId("chart")
                        .setSubmission("https://charts.example/1?a=b&c=ü")
                        .setRequestId(once("submit"))
                        .build());
        add(
                alice,
                RejectWorkRequest.newBuilder()
                        .setContractId(submitted(alices, bobs))
                        .setMilestoneId("chart")
                        .setReason("soundings are missing")
                        .setRequestId(once("reject"))
                        .build());
        add(
                alice,
                ApproveCompletionRequest.newBuilder()
                        .setContractId(submitted(alices, bobs))
                        .setMilestoneId("chart")
                        .setRequestId(once("approve"))
                        .build());
        add(
                alice,
                MarkFailedRequest.newBuilder()
                        .setContractId(active(alices, bobs))
                        .setReason("nothing came")
                        .setRequestId(once("fail"))
                        .build());
        add(
                alice,
                CancelContractRequest.newBuilder()
                        .setContractId(active(alices, bobs))
                        .setReason("plans changed")
                        .setRequestId(once("cancel"))
                        .build());
        // The money is not in escrow: refused.
        add(
                bob,
                ClaimMilestoneRequest.newBuilder()
                        .setContractId(submitted(alices, bobs))
                        .setMilestoneId("chart")
                        .setRequestId(once("claim milestone"))
                        .build());
        add(
                bob,
                GetContractRequest.newBuilder()
                        .setContractId(accepted.getContractId())
                        .build());
        add(
                alice,
                ListContractsRequest.newBuilder()
                        .setState(Contract.State.ACTIVE)
                        .setPageSize(2)
                        .build());
        add(
                operator,
                ListAgentContractsRequest.newBuilder()
                        .setAgentDid(did(alices))
                        .setPageSize(1)
                        .build());
    }

    private static Terms terms(Credentials contractor, Credentials provider) {
        return Terms.newBuilder()
                .setContractId(UUID.randomUUID().toString())
                .setRegistryId(TestConfig.REGISTRY)
                .setContractor(did(contractor))
                .setProvider(did(provider))
                .setTitle("A chart of the Øresund")
                .setDescription("Soundings \"every\" 100 m\n\tand a \\ at each wreck ☠")
                .setFunding(Terms.Funding.ON_APPROVAL)
                .setAcceptBy(Timestamps.add(Timestamps.now(), Durations.fromDays(1)))
                .addMilestones(MilestoneTerms.newBuilder()
                        .setMilestoneId("chart")
                        .setTitle("The chart")
                        .setAmount("2.50")
                        .setDueAt(Timestamps.add(Timestamps.now(), Durations.fromDays(30))))
                .addMilestones(MilestoneTerms.newBuilder().setAmount("1"))
                .build();
    }

    private Terms proposed(Credentials contractor, Credentials provider) {
        Terms terms = terms(contractor, provider);
        var unused = client.as(contractor).contracts().createContract(Proofs.proposal(terms, contractor.key()));
        return terms;
    }

    private String active(Credentials contractor, Credentials provider) {
        Terms terms = proposed(contractor, provider);
        return client.as(provider)
                .contracts()
                .acceptContract(Proofs.acceptance(terms, provider.key()))
                .getContractId();
    }

    private String submitted(Credentials contractor, Credentials provider) {
        return client.as(provider)
                .contracts()
                .submitWork(SubmitWorkRequest.newBuilder()
                        .setContractId(active(contractor, provider))
                        .setMilestoneId("chart")
                        .setSubmission("done")
                        .build())
                .getContractId();
    }

    private AuthorizeResponse authorized(Credentials alices) {
        return client.as(alices)
                .payments()
                .authorize(AuthorizeRequest.newBuilder()
                        .setPayee("bob@public")
                        .setAmount("1")
                        .build());
    }

    private AuthorizeResponse consumed(Credentials alices, Credentials bobs) {
        AuthorizeResponse authorized = authorized(alices);
        var unused = client.as(bobs)
                .payments()
                .verify(VerifyRequest.newBuilder()
                        .setPaymentToken(authorized.getPaymentToken())
                        .build());
        return authorized;
    }

    private void disputes(Credentials admin, Credentials alices, Credentials bobs, String erin) {
        Caller bob = Caller.of(bobs);
        DisputeServiceBlockingStub asAlice =
                DisputeServiceGrpc.newBlockingStub(client.as(alices).channel());
        DisputeServiceBlockingStub asOperator =
                DisputeServiceGrpc.newBlockingStub(client.as(admin).channel());
        add(alice, filing(consumed(alices, bobs), once("dispute")));
        String open = asAlice.fileDispute(filing(consumed(alices, bobs), "")).getDisputeId();
        String voting = asAlice.fileDispute(filing(consumed(alices, bobs), "")).getDisputeId();
        String ruled = asAlice.fileDispute(filing(consumed(alices, bobs), "")).getDisputeId();
        String withdrawn =
                asAlice.fileDispute(filing(consumed(alices, bobs), "")).getDisputeId();
        add(
                bob,
                SubmitEvidenceRequest.newBuilder()
                        .setDisputeId(open)
                        .setStatement("I have served")
                        .setStance(Evidence.Stance.CONTESTED)
                        .setRequestId(once("evidence"))
                        .build());
        add(
                operator,
                AppointArbiterRequest.newBuilder()
                        .setDisputeId(open)
                        .setAgentId(erin)
                        .setRequestId(once("appoint"))
                        .build());
        add(
                operator,
                OpenVotingRequest.newBuilder()
                        .setDisputeId(voting)
                        .setRequestId(once("vote"))
                        .build());
        var unused = asOperator.openVoting(
                OpenVotingRequest.newBuilder().setDisputeId(ruled).build());
        add(
                alice,
                RecordOpinionRequest.newBuilder()
                        .setDisputeId(ruled)
                        .setRuling(Ruling.DISMISSED)
                        .setRequestId(once("opinion"))
                        .build());
        add(
                operator,
                RuleDisputeRequest.newBuilder()
                        .setDisputeId(ruled)
                        .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                        .setAward("1")
                        .setNote("nothing came")
                        .setRequestId(once("rule"))
                        .build());
        AuthorizeResponse paid = consumed(alices, bobs);
        var settled = client.as(alices)
                .payments()
                .settle(SettleRequest.newBuilder()
                        .setPaymentToken(paid.getPaymentToken())
                        .build());
        String slashed = asAlice.fileDispute(filing(paid, "")).getDisputeId();
        var voted = asOperator.openVoting(
                OpenVotingRequest.newBuilder().setDisputeId(slashed).build());
        var closed = asOperator.ruleDispute(RuleDisputeRequest.newBuilder()
                .setDisputeId(slashed)
                .setRuling(Ruling.IN_FAVOR_OF_COMPLAINANT)
                .build());
        add(
                alice,
                WithdrawDisputeRequest.newBuilder()
                        .setDisputeId(withdrawn)
                        .setRequestId(once("withdraw"))
                        .build());
        add(bob, GetDisputeRequest.newBuilder().setDisputeId(open).build());
        add(
                operator,
                ListDisputesRequest.newBuilder()
                        .setStatus(Dispute.Status.OPEN)
                        .setPageSize(2)
                        .build());
        add(alice, ListAgentDisputesRequest.newBuilder().setAgentDid(did(bobs)).build());
        add(
                operator,
                GetDisputeRecordRequest.newBuilder().setAgentDid(did(alices)).build());
    }

    private void settlements(Credentials admin) {
        String settlement = SettlementServiceGrpc.newBlockingStub(
                        client.as(admin).channel())
                .listSettlements(ListSettlementsRequest.getDefaultInstance())
                .getSettlements(0)
                .getSettlementId();
        add(alice, ListSettlementsRequest.newBuilder().setPageSize(2).build());
        add(
                operator,
                GetSettlementRequest.newBuilder().setSettlementId(settlement).build());
        add(
                operator,
                ApproveSettlementRequest.newBuilder()
                        .setSettlementId(settlement)
                        .setRequestId(once("approve"))
                        .build());
        add(
                operator,
                RejectSettlementRequest.newBuilder()
                        .setSettlementId(settlement)
                        .setReason("not so")
                        .setRequestId(once("reject"))
                        .build());
        add(alice, ListPeerSlashConfigsRequest.getDefaultInstance());
        add(
                operator,
                UpdatePeerSlashConfigRequest.newBuilder()
                        .setPeerId(BETA)
                        .setAutoSlashEnabled(true)
                        .setAutoSlashMaxAvt(1_000)
                        .setRequestId(once("slash config"))
                        .build());
    }

    private void malpractice(Credentials alices, Credentials bobs) {
        Caller bob = Caller.of(bobs);
        MalpracticeServiceBlockingStub asAlice =
                MalpracticeServiceGrpc.newBlockingStub(client.as(alices).channel());
        add(alice, report(consumed(alices, bobs), once("report")));
        String answered =
                asAlice.reportMalpractice(report(consumed(alices, bobs), "")).getMalpracticeId();
        String withdrawn =
                asAlice.reportMalpractice(report(consumed(alices, bobs), "")).getMalpracticeId();
        String struck =
                asAlice.reportMalpractice(report(consumed(alices, bobs), "")).getMalpracticeId();
        add(
                bob,
                AnswerMalpracticeRequest.newBuilder()
                        .setMalpracticeId(answered)
                        .setStatement("I have served")
                        .setRequestId(once("answer"))
                        .build());
        add(
                alice,
                WithdrawMalpracticeRequest.newBuilder()
                        .setMalpracticeId(withdrawn)
                        .setRequestId(once("withdraw record"))
                        .build());
        add(
                operator,
                StrikeMalpracticeRequest.newBuilder()
                        .setMalpracticeId(struck)
                        .setReason("made up")
                        .setRequestId(once("strike"))
                        .build());
        add(bob, GetMalpracticeRequest.newBuilder().setMalpracticeId(answered).build());
        add(
                alice,
                ListMalpracticeRequest.newBuilder()
                        .setRole(ListMalpracticeRequest.Role.REPORTER)
                        .setAgent(did(bobs))
                        .setState(Malpractice.State.STANDING)
                        .setPageSize(1)
                        .build());
        add(operator, ListMalpracticeRequest.getDefaultInstance());
    }

    private static ReportMalpracticeRequest report(AuthorizeResponse payment, String requestId) {
        return ReportMalpracticeRequest.newBuilder()
                .setDealing(Dealing.newBuilder().setKind(Dealing.Kind.PAYMENT).setId(payment.getPaymentId()))
                .setGrounds(Malpractice.Grounds.FRAUD)
                .setStatement("the forecast was invented")
                .setRequestId(requestId)
                .build();
    }

    private static FileDisputeRequest filing(AuthorizeResponse payment, String requestId) {
        return FileDisputeRequest.newBuilder()
                .setSubject(Subject.newBuilder().setKind(Subject.Kind.PAYMENT).setId(payment.getPaymentId()))
                .setReason("nothing came")
                .setRequestId(requestId)
                .build();
    }

    private void operators(String erin) {
        add(operator, ListOperatorsRequest.getDefaultInstance());
        add(
                operator,
                PutOperatorRequest.newBuilder()
                        .setName("second")
                        .setPublicKey(AgentKey.generate().publicKeyBase64())
                        .setRequestId(once("operator"))
                        .build());
        add(
                operator,
                RemoveOperatorRequest.newBuilder()
                        .setName("second")
                        .setRequestId(once("remove operator"))
                        .build());
        add(
                operator,
                SuspendAgentRequest.newBuilder()
                        .setAgentId(erin)
                        .setNote("a note")
                        .setRequestId(once("suspend"))
                        .build());
        add(
                operator,
                ReinstateAgentRequest.newBuilder()
                        .setAgentId(erin)
                        .setRequestId(once("reinstate"))
                        .build());
    }

    private void journal(String paid) {
        add(alice, WatchRequest.newBuilder().setPosition("start").build());
        add(
                operator,
                WatchRequest.newBuilder()
                        .setPosition("start")
                        .addTypes("TokensTransferred")
                        .addTypes("TransactionFeeCollected")
                        .build());
        add(Caller.ANYONE, GetCheckpointRequest.getDefaultInstance());
        add(operator, ListStatementsRequest.newBuilder().setRegistryId(BETA).build());
        add(
                operator,
                GetStatementsRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setDay("2026-01-31")
                        .build());
        add(operator, GetFederationReportRequest.getDefaultInstance());
        add(
                operator,
                AcceptJournalRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setRequestId(once("journal"))
                        .build());
        for (String id : List.of(paid, UUID.randomUUID().toString())) {
            add(alice, GetReceiptRequest.newBuilder().setId(id).build());
        }
        add(operator, VerifyJournalRequest.getDefaultInstance());
    }

    private void trust(Credentials alices) {
        add(Caller.ANYONE, GetTrustRequest.newBuilder().setAgentId("bob@public").build());
        add(
                alice,
                ListTrustRowsRequest.newBuilder()
                        .setAgentId(did(alices))
                        .setGiven(true)
                        .setPageSize(2)
                        .build());
        add(Caller.ANYONE, GetTrustRunRequest.getDefaultInstance());
        attestations(did(alices));
        add(Caller.ANYONE, GetBondPolicyRequest.getDefaultInstance());
        add(
                alice,
                PostBondRequest.newBuilder()
                        .setAmount("2.5")
                        .setRequestId(once("bond"))
                        .build());
        add(Caller.ANYONE, GetBondRequest.newBuilder().setAgentId(did(alices)).build());
        add(
                alice,
                ReleaseBondRequest.newBuilder()
                        .setRequestId(once("release bond"))
                        .build());
        add(
                operator,
                ForfeitBondRequest.newBuilder()
                        .setAgentId(did(alices))
                        .setReason("a reason")
                        .setRequestId(once("forfeit"))
                        .build());
    }

    /// Not switched on here: refused.
    private void attestations(String alice) {
        String none = UUID.randomUUID().toString();
        ByteString proof = ByteString.copyFrom(new byte[4_127]);
        add(
                this.alice,
                IssueAttestationRequest.newBuilder()
                        .setLifetimeDays(30)
                        .setRequestId(once("attest"))
                        .build());
        add(
                Caller.ANYONE,
                GetAttestationRequest.newBuilder().setAttestationId(none).build());
        add(
                this.alice,
                ListAttestationsRequest.newBuilder()
                        .setAgentId(alice)
                        .setPageSize(2)
                        .build());
        add(
                this.alice,
                ProveAttestationRequest.newBuilder()
                        .setAttestationId(none)
                        .setAtLeast(3)
                        .setProof(proof)
                        .setRequestId(once("prove"))
                        .build());
        add(
                Caller.ANYONE,
                VerifyAttestationRequest.newBuilder()
                        .setAttestationId(none)
                        .setAtLeast(3)
                        .setContext(ByteString.copyFromUtf8("a context"))
                        .setProof(proof)
                        .build());
        add(
                operator,
                RevokeAttestationRequest.newBuilder()
                        .setAttestationId(none)
                        .setReason("a reason")
                        .setRequestId(once("revoke"))
                        .build());
    }

    private void peers(Path directory) {
        SignedCard card = PeeringCards.make(
                BETA,
                "127.0.0.1:1",
                "https://" + BETA,
                CertificateAuthority.openOrCreate(directory.resolve(BETA), BETA, InstantSource.system())
                        .bundle(),
                SigningKey.generate());
        add(Caller.ANYONE, GetRegistryRequest.getDefaultInstance());
        add(operator, GetCardRequest.getDefaultInstance());
        add(
                operator,
                AddPeerRequest.newBuilder()
                        .setCard(card)
                        .setFingerprint(card.getFingerprint())
                        .setExposureLimit("100.5")
                        .setRequestId(once("peer"))
                        .build());
        add(operator, GetPeerRequest.newBuilder().setRegistryId(BETA).build());
        add(operator, ListPeersRequest.getDefaultInstance());
        add(
                operator,
                UpdatePeerRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setExposureLimit("200")
                        .setRequestId(once("limit"))
                        .build());
        add(
                operator,
                SuspendPeerRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setRequestId(once("suspend peer"))
                        .build());
        add(
                operator,
                ResumePeerRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setRequestId(once("resume peer"))
                        .build());
        add(
                operator,
                RemovePeerRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setRequestId(once("remove peer"))
                        .build());
        add(
                operator,
                ListPeerTransfersRequest.newBuilder()
                        .setRegistryId(BETA)
                        .setAdvanced(true)
                        .setPageSize(2)
                        .build());
        // Nothing is under way: refused.
        add(
                operator,
                AdvanceTransferRequest.newBuilder()
                        .setTransferId(UUID.randomUUID().toString())
                        .setMemo("a note")
                        .setRequestId(once("advance"))
                        .build());
    }
}
