package hanse.simulation;

import hanse.node.federation.Federation;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/// Nobody can be asked anything.
class Unreachable implements Federation.Calls {
    @Override
    public <A, B> CompletableFuture<B> ask(String peer, MethodDescriptor<A, B> method, A request) {
        return CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException());
    }
}
