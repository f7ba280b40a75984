package hanse.node.call;

import hanse.error.v1.Reason;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// How a handler answers. Handlers run on the event loop, which must never wait: what waits for the database runs on a
/// virtual thread ([#run]), and what the group commit answers later is passed on when it comes ([#answer]). Failures
/// reach the caller through the edge's one error mapping, whatever they are.
public final class Cold {
    /// Operations that may wait for a connection at the same time. More would only time out later, holding memory.
    private static final int ROOM = 4_096;

    private static final Duration COME_BACK = Duration.ofSeconds(1);
    private static final Semaphore room = new Semaphore(ROOM);

    private Cold() {}

    /// Runs blocking `work` on a virtual thread, in the present call, and answers with its result. Refuses with
    /// `OVERLOADED` when 4,096 are under way.
    public static <T> void run(StreamObserver<T> observer, Supplier<T> work) {
        stream(observer, () -> observer.onNext(work.get()));
    }

    /// Runs blocking `work`, which sends what it has to send to `observer` by itself; the stream ends when it returns.
    public static <T> void stream(StreamObserver<T> observer, Runnable work) {
        if (!room.tryAcquire()) {
            observer.onError(RefusedException.retryAfter(Reason.OVERLOADED, COME_BACK));
            return;
        }
        Thread.ofVirtual().name("cold").start(Context.current().wrap(() -> {
            try (Trace.Scope logged = Trace.log(Call.current().traceparent())) {
                work.run();
                observer.onCompleted();
            } catch (RuntimeException | Error failure) {
                observer.onError(failure);
            } finally {
                room.release();
            }
        }));
    }

    /// Answers when `result` is there, on the thread that completes it.
    public static <T> void answer(StreamObserver<T> observer, CompletionStage<T> result) {
        result.whenComplete((value, failure) -> {
            if (failure != null) {
                observer.onError(failure);
            } else {
                observer.onNext(value);
                observer.onCompleted();
            }
        });
    }
}
