package hanse.node.trust;

import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Parties;
import hanse.trust.v1.AgentTrust;
import hanse.trust.v1.GetTrustRequest;
import hanse.trust.v1.GetTrustRunRequest;
import hanse.trust.v1.ListTrustRowsRequest;
import hanse.trust.v1.ListTrustRowsResponse;
import hanse.trust.v1.TrustServiceGrpc;
import io.grpc.stub.StreamObserver;

/// Scores and rows on the wire.
public final class TrustGrpc extends TrustServiceGrpc.TrustServiceImplBase {
    private final Parties parties;
    private final Scores scores;
    private final TrustRows rows;

    public TrustGrpc(Parties parties, Scores scores, TrustRows rows) {
        this.parties = parties;
        this.scores = scores;
        this.rows = rows;
    }

    @Override
    public void getTrust(GetTrustRequest request, StreamObserver<AgentTrust> observer) {
        // A virtual thread may wait for a peer.
        Cold.run(observer, () -> scores.of(parties.read(request.getAgentId())));
    }

    @Override
    public void listTrustRows(ListTrustRowsRequest request, StreamObserver<ListTrustRowsResponse> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> {
            TrustRows.Page page = rows.list(
                    call.caller(),
                    parties.read(request.getAgentId()),
                    request.getGiven(),
                    request.getPageToken(),
                    request.getPageSize());
            return ListTrustRowsResponse.newBuilder()
                    .addAllRows(page.rows().stream().map(TrustWire::row).toList())
                    .setNextPageToken(page.next().orElse(""))
                    .build();
        });
    }

    @Override
    public void getTrustRun(GetTrustRunRequest request, StreamObserver<hanse.trust.v1.TrustRun> observer) {
        Cold.run(observer, () -> TrustWire.run(scores.newest()));
    }
}
