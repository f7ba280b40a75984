package hanse.node.malpractice;

import hanse.malpractice.v1.AnswerMalpracticeRequest;
import hanse.malpractice.v1.GetMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeRequest;
import hanse.malpractice.v1.ListMalpracticeResponse;
import hanse.malpractice.v1.MalpracticeServiceGrpc;
import hanse.malpractice.v1.ReportMalpracticeRequest;
import hanse.malpractice.v1.StrikeMalpracticeRequest;
import hanse.malpractice.v1.WithdrawMalpracticeRequest;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Cold;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.TimePage;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Records of malpractice on the wire.
public final class MalpracticeGrpc extends MalpracticeServiceGrpc.MalpracticeServiceImplBase {
    private static final int PAGE = 50;

    private final MalpracticeRecords records;
    private final Parties parties;

    public MalpracticeGrpc(MalpracticeRecords records, Parties parties) {
        this.records = records;
        this.parties = parties;
    }

    @Override
    public void reportMalpractice(
            ReportMalpracticeRequest request, StreamObserver<hanse.malpractice.v1.Malpractice> observer) {
        Call call = Call.current();
        Reportable.Kind kind =
                Reportable.Kind.valueOf(request.getDealing().getKind().name());
        UUID dealing = UUID.fromString(request.getDealing().getId());
        Malpractice.Grounds grounds =
                Malpractice.Grounds.valueOf(request.getGrounds().name());
        MalpracticeRecords.Said said = said(request.getStatement(), request.getReference(), request.getReferenceHash());
        Cold.run(observer, () -> records.report(call, kind, dealing, grounds, said));
    }

    @Override
    public void listMalpractice(ListMalpracticeRequest request, StreamObserver<ListMalpracticeResponse> observer) {
        Caller caller = Call.current().caller();
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        Side side = Side.valueOf(request.getRole().name());
        Optional<Malpractice.State> state = request.getState()
                        == hanse.malpractice.v1.Malpractice.State.STATE_UNSPECIFIED
                ? Optional.empty()
                : Optional.of(Malpractice.State.valueOf(request.getState().name()));
        Optional<TimePage> before = TimePage.read(request.getPageToken());
        Cold.run(observer, () -> {
            Optional<Did> agent =
                    request.getAgent().isEmpty() ? Optional.empty() : Optional.of(parties.read(request.getAgent()));
            return page(records.list(caller, side, agent, state, before, size), size);
        });
    }

    @Override
    public void getMalpractice(
            GetMalpracticeRequest request, StreamObserver<hanse.malpractice.v1.Malpractice> observer) {
        Caller caller = Call.current().caller();
        UUID id = UUID.fromString(request.getMalpracticeId());
        Cold.run(observer, () -> MalpracticeWire.record(records.show(caller, id)));
    }

    @Override
    public void answerMalpractice(
            AnswerMalpracticeRequest request, StreamObserver<hanse.malpractice.v1.Malpractice> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getMalpracticeId());
        MalpracticeRecords.Said said = said(request.getStatement(), request.getReference(), request.getReferenceHash());
        Cold.run(observer, () -> records.answer(call, id, said));
    }

    @Override
    public void withdrawMalpractice(
            WithdrawMalpracticeRequest request, StreamObserver<hanse.malpractice.v1.Malpractice> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getMalpracticeId());
        Cold.run(observer, () -> records.withdraw(call, id));
    }

    @Override
    public void strikeMalpractice(
            StrikeMalpracticeRequest request, StreamObserver<hanse.malpractice.v1.Malpractice> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getMalpracticeId());
        Cold.run(observer, () -> records.strike(call, id, request.getReason()));
    }

    private static MalpracticeRecords.Said said(String statement, String reference, String hash) {
        return new MalpracticeRecords.Said(statement, reference, MalpracticeWire.hash(hash));
    }

    private static ListMalpracticeResponse page(List<Malpractice> found, int size) {
        List<Malpractice> page = found.subList(0, Math.min(size, found.size()));
        ListMalpracticeResponse.Builder answer = ListMalpracticeResponse.newBuilder();
        page.forEach(record -> answer.addRecords(MalpracticeWire.record(record)));
        if (found.size() > size) {
            Malpractice last = page.getLast();
            answer.setNextPageToken(new TimePage(last.report().testimony().at(), last.id()).token());
        }
        return answer.build();
    }
}
