package hanse.node.event;

import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/// Events on the wire.
public final class EventGrpc extends EventServiceGrpc.EventServiceImplBase {
    private final Watches watches;

    public EventGrpc(Watches watches) {
        this.watches = watches;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
        Call call = Call.current();
        Optional<AgentId> agent =
                call.caller() instanceof Caller.Operator ? Optional.empty() : Optional.of(call.agent());
        watches.watch(agent, request.getPosition(), request.getTypesList(), (ServerCallStreamObserver<WatchResponse>)
                observer);
    }
}
