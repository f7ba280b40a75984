package hanse.node.testing;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// Asks a service as its edge does, without one: what an RPC answers, or why it does not.
public record Asked<T>(Optional<T> given, Optional<Reason> refusal) {

    public static <T> Asked<T> ask(Caller caller, Consumer<StreamObserver<T>> rpc) {
        return of(later(caller, UUID.randomUUID().toString(), rpc));
    }

    /// The same, not waited for.
    ///
    /// @param requestId the same again is a repeat
    public static <T> CompletableFuture<T> later(Caller caller, String requestId, Consumer<StreamObserver<T>> rpc) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Call call = TestRegistry.call(caller, requestId, requestId, UUID.randomUUID());
        call.in(Context.current())
                .run(() -> rpc.accept(new StreamObserver<>() {
                    @Override
                    public void onNext(T value) {
                        answer.complete(value);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                }));
        return answer;
    }

    /// What was answered, once it is.
    public static <T> Asked<T> of(CompletableFuture<T> answer) {
        try {
            return new Asked<>(Optional.of(answer.join()), Optional.empty());
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                return new Asked<>(Optional.empty(), Optional.of(refused.reason()));
            }
            throw e;
        }
    }

    /// The answer of what was not refused.
    public T value() {
        return given.orElseThrow(() -> new AssertionError("refused with " + refusal));
    }
}
