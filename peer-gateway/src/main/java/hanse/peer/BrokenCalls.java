package hanse.peer;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sees the calls that gRPC ends before anybody of ours is asked: of a message that is too large, and of what is not
/// served, packed messages among it.
final class BrokenCalls extends ServerStreamTracer.Factory {
    private final PeerMetrics metrics;

    BrokenCalls(PeerMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new ServerStreamTracer() {
            private volatile Optional<String> peer = Optional.empty();

            @Override
            public void serverCallStarted(ServerCallInfo<?, ?> call) {
                IncomingConnections.@Nullable Connection connection =
                        call.getAttributes().get(IncomingConnections.CONNECTION);
                peer = Optional.ofNullable(connection).map(IncomingConnections.Connection::peer);
            }

            @Override
            public void streamClosed(Status status) {
                boolean isTooLarge = status.getCode() == Status.Code.RESOURCE_EXHAUSTED
                        && String.valueOf(status.getDescription()).contains("message exceeds maximum size");
                if (isTooLarge) {
                    peer.ifPresent(known -> metrics.of(known)
                            .messageRefused(Refusal.MESSAGE_TOO_LARGE, "it sent more than is read of one message"));
                } else if (peer.isEmpty() && status.getCode() == Status.Code.UNIMPLEMENTED) {
                    metrics.stranger(Refusal.UNKNOWN_CALL, "a peer called " + method);
                }
            }
        };
    }
}
