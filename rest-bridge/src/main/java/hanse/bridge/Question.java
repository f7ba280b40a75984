package hanse.bridge;

import com.google.protobuf.DynamicMessage;
import com.linecorp.armeria.common.RequestHeaders;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.netty.channel.EventLoop;

/// What the node is asked for one HTTP request.
///
/// @param envelope see [Envelope]
/// @param request the HTTP request's headers, which shape the answer
/// @param loop the connection's event loop; the answer is made there, so that the node's threads never write JSON
record Question(
        Operation operation, DynamicMessage message, Metadata envelope, RequestHeaders request, EventLoop loop) {
    CallOptions options() {
        return CallOptions.DEFAULT.withExecutor(loop);
    }
}
