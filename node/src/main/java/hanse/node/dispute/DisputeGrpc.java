package hanse.node.dispute;

import hanse.dispute.v1.AppointArbiterRequest;
import hanse.dispute.v1.DisputeRecord;
import hanse.dispute.v1.DisputeServiceGrpc;
import hanse.dispute.v1.FileDisputeRequest;
import hanse.dispute.v1.GetDisputeRecordRequest;
import hanse.dispute.v1.GetDisputeRequest;
import hanse.dispute.v1.ListAgentDisputesRequest;
import hanse.dispute.v1.ListDisputesRequest;
import hanse.dispute.v1.ListDisputesResponse;
import hanse.dispute.v1.OpenVotingRequest;
import hanse.dispute.v1.RecordOpinionRequest;
import hanse.dispute.v1.RuleDisputeRequest;
import hanse.dispute.v1.SubmitEvidenceRequest;
import hanse.dispute.v1.WithdrawDisputeRequest;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Cold;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.TimePage;
import hanse.node.federation.Relay;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Command;
import hanse.node.ledger.GroupCommit;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// Disputes on the wire.
public final class DisputeGrpc extends DisputeServiceGrpc.DisputeServiceImplBase {
    private static final int PAGE = 50;

    private final Database database;
    private final Outcomes outcomes;
    private final GroupCommit commit;
    private final Parties parties;
    private final Disputes disputes;
    private final Rulings rulings;

    public DisputeGrpc(
            Database database,
            Outcomes outcomes,
            GroupCommit commit,
            Parties parties,
            Disputes disputes,
            Rulings rulings) {
        this.database = database;
        this.outcomes = outcomes;
        this.commit = commit;
        this.parties = parties;
        this.disputes = disputes;
        this.rulings = rulings;
    }

    @Override
    public void fileDispute(FileDisputeRequest request, StreamObserver<hanse.dispute.v1.Dispute> observer) {
        Call call = Call.current();
        Optional<Avt> amount = amount(request.getAmount());
        Complaint complaint = new Complaint(
                DisputeWire.subject(request.getSubject()),
                Dispute.Grounds.valueOf(request.getGrounds().name()),
                request.getReason(),
                amount);
        decide(observer, call, () -> disputes.file(call, complaint));
    }

    @Override
    public void listDisputes(ListDisputesRequest request, StreamObserver<ListDisputesResponse> observer) {
        Optional<Subject.Kind> kind = request.getSubjectKind() == hanse.dispute.v1.Subject.Kind.KIND_UNSPECIFIED
                ? Optional.empty()
                : Optional.of(Subject.Kind.valueOf(request.getSubjectKind().name()));
        page(
                observer,
                new DisputeFilter(
                        Optional.empty(), Optional.empty(), state(request.getStatus()), kind, subject(request)),
                request.getPageToken(),
                request.getPageSize());
    }

    @Override
    public void listAgentDisputes(ListAgentDisputesRequest request, StreamObserver<ListDisputesResponse> observer) {
        Optional<Did> quick = parties.readWithoutLookup(request.getAgentDid());
        Call call = Call.current();
        Cold.run(observer, () -> {
            Did agent = quick.orElseGet(() -> parties.read(request.getAgentDid()));
            return page(
                    call.caller(),
                    new DisputeFilter(
                            Optional.of(agent),
                            Optional.empty(),
                            state(request.getStatus()),
                            Optional.empty(),
                            Optional.empty()),
                    request.getPageToken(),
                    request.getPageSize());
        });
    }

    @Override
    public void getDispute(GetDisputeRequest request, StreamObserver<hanse.dispute.v1.Dispute> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        Cold.run(observer, () -> database.read(tx -> disputes.show(tx, call.caller(), id)));
    }

    @Override
    public void getDisputeRecord(GetDisputeRecordRequest request, StreamObserver<DisputeRecord> observer) {
        Cold.run(observer, () -> {
            Did agent = parties.read(request.getAgentDid());
            return DisputeWire.record(agent, database.read(tx -> disputes.tally(tx, agent)));
        });
    }

    @Override
    public void submitEvidence(SubmitEvidenceRequest request, StreamObserver<hanse.dispute.v1.Evidence> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        EvidenceWire.Draft draft = new EvidenceWire.Draft(
                call.request().key(),
                request.getStatement(),
                request.getReference(),
                DisputeWire.hash(request.getReferenceHash()),
                Evidence.Stance.valueOf(request.getStance().name()),
                request.getAttestationIdsList().stream().map(UUID::fromString).toList());
        Cold.run(
                observer,
                () -> commit.submit(database.read(tx -> disputes.submit(tx, call, id, draft)))
                        .join());
    }

    @Override
    public void appointArbiter(AppointArbiterRequest request, StreamObserver<hanse.dispute.v1.Dispute> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        Cold.run(observer, () -> {
            AgentId arbiter = parties.readLocal(request.getAgentId());
            return outcomes.run(
                    call,
                    hanse.dispute.v1.Dispute.parser(),
                    tx -> DisputeWire.dispute(disputes.appoint(tx, call, id, arbiter)));
        });
    }

    @Override
    public void openVoting(OpenVotingRequest request, StreamObserver<hanse.dispute.v1.Dispute> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        decide(observer, call, () -> disputes.openVoting(call, id));
    }

    @Override
    public void recordOpinion(RecordOpinionRequest request, StreamObserver<hanse.dispute.v1.Opinion> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        Ruling ruling = DisputeWire.ruling(request.getRuling());
        Cold.run(
                observer,
                () -> commit.submit(database.read(tx -> disputes.opine(tx, call, id, ruling, request.getNote())))
                        .join());
    }

    @Override
    public void ruleDispute(RuleDisputeRequest request, StreamObserver<hanse.dispute.v1.Dispute> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        Ruling ruling = DisputeWire.ruling(request.getRuling());
        Optional<Avt> award = amount(request.getAward());
        decide(observer, call, () -> rulings.rule(call, id, ruling, award, request.getNote()));
    }

    @Override
    public void withdrawDispute(WithdrawDisputeRequest request, StreamObserver<hanse.dispute.v1.Dispute> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getDisputeId());
        decide(
                observer,
                call,
                () -> database.read(tx -> disputes.withdraw(tx, call, id)).orElseGet(() -> rulings.withdraw(call, id)));
    }

    /// Changes a dispute in a batch.
    private void decide(
            StreamObserver<hanse.dispute.v1.Dispute> observer,
            Call call,
            Supplier<Command<hanse.dispute.v1.Dispute>> command) {
        Cold.run(observer, () -> changed(call, commit.submit(command.get()).join()));
    }

    /// What was passed on is answered when the peer has decided, or not in time.
    private hanse.dispute.v1.Dispute changed(Call call, hanse.dispute.v1.Dispute changed) {
        return changed.getRelayId().isEmpty() ? changed : relayed(call, UUID.fromString(changed.getRelayId()));
    }

    private hanse.dispute.v1.Dispute relayed(Call call, UUID message) {
        Relay relay = disputes.relayed(message);
        return database.read(tx -> disputes.relayed(tx, call, relay));
    }

    private void page(StreamObserver<ListDisputesResponse> observer, DisputeFilter filter, String token, int asked) {
        Call call = Call.current();
        Cold.run(observer, () -> page(call.caller(), filter, token, asked));
    }

    private ListDisputesResponse page(Caller caller, DisputeFilter filter, String token, int asked) {
        int size = asked == 0 ? PAGE : asked;
        Optional<TimePage> before = TimePage.read(token);
        List<Disputes.Listed> found = database.read(tx -> disputes.list(tx, caller, filter, before, size));
        List<Disputes.Listed> page = found.subList(0, Math.min(size, found.size()));
        ListDisputesResponse.Builder answer = ListDisputesResponse.newBuilder();
        page.forEach(listed -> answer.addDisputes(listed.document()));
        if (found.size() > size) {
            answer.setNextPageToken(page.getLast().place().token());
        }
        return answer.build();
    }

    private static Optional<Dispute.State> state(hanse.dispute.v1.Dispute.Status status) {
        return status == hanse.dispute.v1.Dispute.Status.STATUS_UNSPECIFIED
                ? Optional.empty()
                : Optional.of(Dispute.State.valueOf(status.name()));
    }

    private static Optional<Avt> amount(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Avt.parse(text));
    }

    private static Optional<UUID> subject(ListDisputesRequest request) {
        return request.getSubjectId().isEmpty()
                ? Optional.empty()
                : Optional.of(UUID.fromString(request.getSubjectId()));
    }
}
