package hanse.node.settlement;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.ConfirmSlashRequest;
import hanse.dispute.v1.ConfirmSlashResponse;
import hanse.dispute.v1.GetSettlementRequest;
import hanse.dispute.v1.ListPeerSlashConfigsRequest;
import hanse.dispute.v1.ListPeerSlashConfigsResponse;
import hanse.dispute.v1.ListSettlementsRequest;
import hanse.dispute.v1.ListSettlementsResponse;
import hanse.dispute.v1.PeerSlashConfig;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.dispute.v1.RequestSlashRequest;
import hanse.dispute.v1.RequestSlashResponse;
import hanse.dispute.v1.SettlementServiceGrpc;
import hanse.dispute.v1.UpdatePeerSlashConfigRequest;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Cold;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// Settlements on the wire.
public final class SettlementGrpc extends SettlementServiceGrpc.SettlementServiceImplBase {
    private static final int PAGE = 50;

    private final Database database;
    private final Outcomes outcomes;
    private final Settlements settlements;

    public SettlementGrpc(Database database, Outcomes outcomes, Settlements settlements) {
        this.database = database;
        this.outcomes = outcomes;
        this.settlements = settlements;
    }

    /// Nobody who can call this is a peer: a peer's request is a message on its link.
    @Override
    public void requestSlash(RequestSlashRequest request, StreamObserver<RequestSlashResponse> observer) {
        observer.onError(new RefusedException(Reason.ROLE_REQUIRED));
    }

    /// The same.
    @Override
    public void confirmSlash(ConfirmSlashRequest request, StreamObserver<ConfirmSlashResponse> observer) {
        observer.onError(new RefusedException(Reason.ROLE_REQUIRED));
    }

    @Override
    public void listSettlements(ListSettlementsRequest request, StreamObserver<ListSettlementsResponse> observer) {
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        Optional<Settlement.State> state = request.getStatus() == hanse.dispute.v1.Settlement.Status.STATUS_UNSPECIFIED
                ? Optional.empty()
                : Optional.of(Settlement.State.valueOf(request.getStatus().name()));
        Optional<TimePage> before = TimePage.read(request.getPageToken());
        Cold.run(observer, () -> {
            List<Settlement> found = database.read(tx -> settlements.list(tx, state, before, size));
            List<Settlement> page = found.subList(0, Math.min(size, found.size()));
            ListSettlementsResponse.Builder answer = ListSettlementsResponse.newBuilder();
            page.forEach(settlement -> answer.addSettlements(SettlementWire.summary(settlement)));
            if (found.size() > size) {
                Settlement last = page.getLast();
                answer.setNextPageToken(new TimePage(last.openedAt(), last.id()).token());
            }
            return answer.build();
        });
    }

    @Override
    public void getSettlement(GetSettlementRequest request, StreamObserver<hanse.dispute.v1.Settlement> observer) {
        UUID id = UUID.fromString(request.getSettlementId());
        Cold.run(observer, () -> SettlementWire.history(database.read(tx -> settlements.get(tx, id))));
    }

    @Override
    public void approveSettlement(
            ApproveSettlementRequest request, StreamObserver<hanse.dispute.v1.Settlement> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getSettlementId());
        decide(observer, call, tx -> settlements.approve(tx, call, id));
    }

    @Override
    public void rejectSettlement(
            RejectSettlementRequest request, StreamObserver<hanse.dispute.v1.Settlement> observer) {
        Call call = Call.current();
        UUID id = UUID.fromString(request.getSettlementId());
        decide(observer, call, tx -> settlements.reject(tx, call, id, request.getReason()));
    }

    private void decide(
            StreamObserver<hanse.dispute.v1.Settlement> observer,
            Call call,
            Function<Tx, Settlements.History> decision) {
        Cold.run(
                observer,
                () -> outcomes.run(
                        call, hanse.dispute.v1.Settlement.parser(), tx -> SettlementWire.history(decision.apply(tx))));
    }

    @Override
    public void listPeerSlashConfigs(
            ListPeerSlashConfigsRequest request, StreamObserver<ListPeerSlashConfigsResponse> observer) {
        boolean operator = Call.current().caller() instanceof Caller.Operator;
        Cold.run(
                observer,
                () -> ListPeerSlashConfigsResponse.newBuilder()
                        .addAllPeers(database.read(tx -> settlements.configs(tx, operator)).stream()
                                .map(SettlementWire::config)
                                .toList())
                        .build());
    }

    @Override
    public void updatePeerSlashConfig(UpdatePeerSlashConfigRequest request, StreamObserver<PeerSlashConfig> observer) {
        Call call = Call.current();
        if (!RegistryId.isValid(request.getPeerId())) {
            throw new RefusedException(Reason.UNKNOWN_PEER);
        }
        Threshold threshold = new Threshold(
                new RegistryId(request.getPeerId()), request.getAutoSlashEnabled(), request.getAutoSlashMaxAvt());
        Cold.run(
                observer,
                () -> outcomes.run(
                        call,
                        PeerSlashConfig.parser(),
                        tx -> SettlementWire.config(settlements.put(tx, call, threshold))));
    }
}
