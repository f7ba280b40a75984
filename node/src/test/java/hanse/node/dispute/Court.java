package hanse.node.dispute;

import com.fasterxml.uuid.Generators;
import hanse.dispute.v1.AppointArbiterRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListDisputesResponse;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.Opinion;
import hanse.dispute.v1.RecordOpinionRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.Ruling;
import hanse.dispute.v1.Subject;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.SystemAccount;
import hanse.node.payment.PaymentGrpc;
import hanse.node.payment.Payments;
import hanse.node.payment.TokenSecret;
import hanse.node.settlement.Here;
import hanse.node.testing.Asked;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.ClaimRequest;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.Payment;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.WaiveRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A registry where payments are disputed, asked as over the wire.
final class Court implements AutoCloseable {
    static final Caller OPERATOR = new Caller.Operator("judge", 1);

    final TestClock clock = new TestClock();
    final TestRegistry registry = TestRegistry.fresh(clock);
    final Record reputation = new Record();
    final Payments payments = new Payments(
            registry.database,
            registry.commit,
            registry.transfers,
            registry.parties,
            new TokenSecret(new byte[32]),
            clock);
    final Rulings rulings;
    private final PaymentGrpc paying = new PaymentGrpc(payments, registry.parties);
    private final DisputeGrpc disputing;

    Court() {
        this(0);
    }

    Court(int mitigationPpm) {
        this(mitigationPpm, Optional.empty());
    }

    /// @param kept who keeps agents' standing, in place of what only records what it is told
    Court(int mitigationPpm, Optional<Function<TestRegistry, Reputation>> kept) {
        Reputation standing = kept.map(keeper -> keeper.apply(registry)).orElse(reputation);
        List<Disputable> owners = List.of(payments.disputable());
        Claims claims = new Here(registry.parties);
        Disputes disputes = new Disputes(
                registry.ledger,
                registry.parties,
                owners,
                claims,
                Optional.empty(),
                Generators.timeBasedEpochRandomGenerator()::generate,
                clock);
        rulings = new Rulings(
                registry.database,
                registry.commit,
                registry.parties,
                owners,
                standing,
                new Slash(standing, mitigationPpm),
                claims,
                Notices.NONE,
                clock);
        disputing = new DisputeGrpc(
                registry.database, registry.outcomes, registry.commit, registry.parties, disputes, rulings);
    }

    static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    String did(AgentId agent) {
        return registry.parties.did(agent).toString();
    }

    /// A payment that its payee has verified.
    String consumed(AgentId payer, AgentId payee, String amount) {
        AuthorizeResponse token = Asked.<AuthorizeResponse>ask(
                        agent(payer),
                        observer -> paying.authorize(
                                AuthorizeRequest.newBuilder()
                                        .setPayee(did(payee))
                                        .setAmount(amount)
                                        .build(),
                                observer))
                .value();
        var unused = Asked.<hanse.payment.v1.VerifyResponse>ask(
                        agent(payee),
                        observer -> paying.verify(
                                VerifyRequest.newBuilder()
                                        .setPaymentToken(token.getPaymentToken())
                                        .build(),
                                observer))
                .value();
        return token.getPaymentId();
    }

    /// A payment that was paid.
    String settled(AgentId payer, AgentId payee, String amount) {
        String payment = consumed(payer, payee, amount);
        var unused = settle(payer, payment).value();
        return payment;
    }

    Asked<Payment> settle(AgentId payer, String payment) {
        return Asked.ask(
                agent(payer),
                observer -> paying.settle(
                        SettleRequest.newBuilder().setPaymentId(payment).build(), observer));
    }

    Asked<Payment> claim(AgentId payee, String payment) {
        return Asked.ask(
                agent(payee),
                observer -> paying.claim(
                        ClaimRequest.newBuilder().setPaymentId(payment).build(), observer));
    }

    Asked<Payment> waive(AgentId payee, String payment) {
        return Asked.ask(
                agent(payee),
                observer -> paying.waive(
                        WaiveRequest.newBuilder().setPaymentId(payment).build(), observer));
    }

    Asked<Payment> release(AgentId payer, String payment) {
        return Asked.ask(
                agent(payer),
                observer -> paying.release(
                        ReleaseRequest.newBuilder().setPaymentId(payment).build(), observer));
    }

    Payment payment(String payment) {
        return Asked.<Payment>ask(
                        OPERATOR,
                        observer -> paying.getPayment(
                                GetPaymentRequest.newBuilder()
                                        .setPaymentId(payment)
                                        .build(),
                                observer))
                .value();
    }

    Asked<Dispute> file(AgentId by, String payment, String amount) {
        return Asked.ask(agent(by), observer -> disputing.fileDispute(filing(payment, amount), observer));
    }

    CompletableFuture<Dispute> filed(AgentId by, String payment) {
        return Asked.later(
                agent(by),
                UUID.randomUUID().toString(),
                observer -> disputing.fileDispute(filing(payment, ""), observer));
    }

    private static FileDisputeRequest filing(String payment, String amount) {
        return FileDisputeRequest.newBuilder()
                .setSubject(Subject.newBuilder().setKind(Subject.Kind.PAYMENT).setId(payment))
                .setGrounds(Dispute.Grounds.NOT_DELIVERED)
                .setReason("nothing came")
                .setAmount(amount)
                .build();
    }

    Asked<Evidence> submit(AgentId by, String dispute, SubmitEvidenceRequest.Builder evidence) {
        return Asked.ask(
                agent(by),
                observer -> disputing.submitEvidence(
                        evidence.clone().setDisputeId(dispute).build(), observer));
    }

    Asked<Evidence> submit(AgentId by, String dispute, String statement) {
        return submit(by, dispute, SubmitEvidenceRequest.newBuilder().setStatement(statement));
    }

    Asked<Dispute> appoint(String dispute, AgentId arbiter) {
        return Asked.ask(
                OPERATOR,
                observer -> disputing.appointArbiter(
                        AppointArbiterRequest.newBuilder()
                                .setDisputeId(dispute)
                                .setAgentId(arbiter.toString())
                                .build(),
                        observer));
    }

    Asked<Opinion> opine(AgentId arbiter, String dispute, Ruling ruling) {
        return Asked.ask(
                agent(arbiter),
                observer -> disputing.recordOpinion(
                        RecordOpinionRequest.newBuilder()
                                .setDisputeId(dispute)
                                .setRuling(ruling)
                                .setNote("so I think")
                                .build(),
                        observer));
    }

    Asked<Dispute> openVoting(String dispute) {
        return Asked.ask(
                OPERATOR,
                observer -> disputing.openVoting(
                        OpenVotingRequest.newBuilder().setDisputeId(dispute).build(), observer));
    }

    Asked<Dispute> rule(String dispute, Ruling ruling, String award) {
        return Asked.ask(OPERATOR, observer -> disputing.ruleDispute(ruling(dispute, ruling, award), observer));
    }

    /// @param requestId the same again is a repeat
    CompletableFuture<Dispute> ruled(String requestId, String dispute, Ruling ruling) {
        return Asked.later(
                OPERATOR, requestId, observer -> disputing.ruleDispute(ruling(dispute, ruling, ""), observer));
    }

    private static RuleDisputeRequest ruling(String dispute, Ruling ruling, String award) {
        return RuleDisputeRequest.newBuilder()
                .setDisputeId(dispute)
                .setRuling(ruling)
                .setAward(award)
                .setNote("as the evidence shows")
                .build();
    }

    Asked<Dispute> withdraw(AgentId by, String dispute) {
        return Asked.ask(
                agent(by),
                observer -> disputing.withdrawDispute(
                        WithdrawDisputeRequest.newBuilder()
                                .setDisputeId(dispute)
                                .build(),
                        observer));
    }

    Asked<Dispute> get(Caller caller, String dispute) {
        return Asked.ask(
                caller,
                observer -> disputing.getDispute(
                        GetDisputeRequest.newBuilder().setDisputeId(dispute).build(), observer));
    }

    Dispute dispute(String dispute) {
        return get(OPERATOR, dispute).value();
    }

    ListDisputesResponse list(Caller caller, ListDisputesRequest.Builder request) {
        return Asked.<ListDisputesResponse>ask(caller, observer -> disputing.listDisputes(request.build(), observer))
                .value();
    }

    DisputeGrpc wire() {
        return disputing;
    }

    /// A dispute that is being voted on.
    String voting(AgentId by, String payment, String amount) {
        String dispute = file(by, payment, amount).value().getDisputeId();
        return openVoting(dispute).value().getDisputeId();
    }

    /// Puts so much of an agent's money into a bond.
    void bond(AgentId agent, String amount) {
        registry.database.write(tx -> registry.ledger.post(
                tx,
                wanted -> {
                    wanted.account(AccountId.of(agent));
                    wanted.account(Record.bond(agent));
                },
                books -> books.post(Posting.move(
                        EntryKind.TOKENS_TRANSFERRED,
                        AccountId.of(agent),
                        Record.bond(agent).id(),
                        Avt.parse(amount)))));
    }

    long slashed() {
        return registry.total(AccountKind.SLASHED);
    }

    long compensated() {
        return -registry.total(AccountKind.COMPENSATED);
    }

    @Override
    public void close() {
        registry.close();
    }

    /// Writes down what it is told, and has bonds and attestations as a test says.
    static final class Record implements Reputation {
        final List<String> signals = new java.util.concurrent.CopyOnWriteArrayList<>();
        volatile int counting;
        volatile Avt forfeited = Avt.ZERO;

        static SystemAccount bond(AgentId agent) {
            return new SystemAccount(AccountKind.BOND, agent.toString(), 0);
        }

        @Override
        public void signal(
                hanse.node.ledger.Books books,
                hanse.node.call.Did from,
                hanse.node.call.Did to,
                int satisfactory,
                int unsatisfactory) {
            signals.add(from.agent() + "→" + to.agent() + " +" + satisfactory + " −" + unsatisfactory);
        }

        @Override
        public void bondAccounts(hanse.node.ledger.Wanted wanted, AgentId agent) {
            wanted.account(bond(agent).id());
        }

        @Override
        public Optional<AccountId> bond(hanse.node.ledger.Books books, AgentId agent) {
            return Optional.of(bond(agent).id()).filter(id -> books.find(id).isPresent());
        }

        @Override
        public void forfeited(hanse.node.ledger.Books books, AgentId agent, Avt amount) {
            forfeited = forfeited.plus(amount);
        }

        @Override
        public int counting(
                hanse.node.ledger.Rows rows, AgentId agent, List<UUID> attestations, java.time.Instant filedAt) {
            return Math.min(counting, attestations.size());
        }
    }
}
