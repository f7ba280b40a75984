package hanse.node.event;

import hanse.event.v1.EventServiceGrpc;
import hanse.event.v1.WatchRequest;
import hanse.event.v1.WatchResponse;
import hanse.node.call.Admission;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;

/// Events on the wire.
public final class EventGrpc extends EventServiceGrpc.EventServiceImplBase {
    private final Watches watches;
    private final Supplier<Admission> admission;

    /// @param admission what the present call was admitted by
    public EventGrpc(Watches watches, Supplier<Admission> admission) {
        this.watches = watches;
        this.admission = admission;
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
        Call call = Call.current();
        Optional<AgentId> agent =
                call.caller() instanceof Caller.Operator ? Optional.empty() : Optional.of(call.agent());
        var stream = (ServerCallStreamObserver<WatchResponse>) observer;
        watches.watch(agent, admission.get(), request.getPosition(), request.getTypesList(), stream);
    }
}
