package hanse.node.edge;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.SynchronizationContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One call from its first header until its handler has it: gathers the message, has the edge admit it, and then
/// passes the transport's signals on to the handler. While the database is asked who is calling, signals wait.
final class Arrival<Q, A> extends ServerCall.Listener<Received<Q>> {
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final Edge edge;
    private final Guarded<Q, A> guarded;
    private final Metadata headers;
    private final String traceparent;
    private final Answer<Q, A> answer;
    private final Context context = Context.current();

    private Optional<Received<Q>> received = Optional.empty();
    private int messages;
    private volatile boolean isComplete;

    /// The handler's own listener, once the call is admitted, and the context it runs in.
    private ServerCall.@Nullable Listener<Q> handler;

    private Context handlerContext = context;
    private boolean cancelled;

    /// Present from the moment when something is decided on another thread: from then on every signal is run through
    /// it.
    private @Nullable SynchronizationContext elsewhere;

    Arrival(Edge edge, Guarded<Q, A> guarded, Metadata headers, String traceparent, Answer<Q, A> answer) {
        this.edge = edge;
        this.guarded = guarded;
        this.headers = headers;
        this.traceparent = traceparent;
        this.answer = answer;
    }

    @Override
    public void onMessage(Received<Q> message) {
        messages++;
        received = Optional.of(message);
    }

    /// The time limit is over: for a stream it matters only while its request is not complete.
    void outOfTime() {
        if (guarded.rpc().answersOnce() || !isComplete) {
            answer.refuse(new RefusedException(Reason.DEADLINE_EXCEEDED));
        }
    }

    @Override
    public void onHalfClose() {
        isComplete = true;
        if (answer.isOver()) {
            return;
        }
        try {
            if (messages != 1) {
                throw new RefusedException(Reason.MALFORMED_BODY);
            }
            edge.admit(this);
        } catch (RuntimeException | Error failure) {
            answer.refuse(failure);
        }
    }

    /// Runs `blocking` on a virtual thread and goes on there with what it answers. Refuses with `OVERLOADED` when there
    /// is no room.
    ///
    /// @param room a permit for each that may block at the same time
    <T> void decideElsewhere(Semaphore room, Supplier<T> blocking, Consumer<T> then) {
        if (!room.tryAcquire()) {
            throw RefusedException.retryAfter(Reason.OVERLOADED, COME_BACK);
        }
        SynchronizationContext signals = new SynchronizationContext((_, failure) -> answer.refuse(failure));
        elsewhere = signals;
        Thread.ofVirtual().name("identify").start(context.wrap(() -> {
            try {
                T decided;
                try {
                    decided = blocking.get();
                } finally {
                    room.release();
                }
                // A failure of `then` is caught by the handler given above.
                signals.execute(() -> then.accept(decided));
            } catch (RuntimeException | Error failure) {
                answer.refuse(failure);
            }
        }));
    }

    /// Hands the admitted call over to its handler.
    void enter(Q message, Context admitted) {
        if (cancelled || answer.isOver()) {
            return;
        }
        handlerContext = admitted;
        admitted.run(() -> {
            ServerCall.Listener<Q> listener = guarded.handler().startCall(answer, headers);
            handler = listener;
            listener.onMessage(message);
            listener.onHalfClose();
            if (answer.isReady()) {
                // The transport said so before there was anybody to hear it.
                listener.onReady();
            }
        });
    }

    @Override
    public void onReady() {
        signal(listener -> listener.ifPresent(ServerCall.Listener::onReady));
    }

    @Override
    public void onComplete() {
        signal(listener -> listener.ifPresent(ServerCall.Listener::onComplete));
    }

    @Override
    public void onCancel() {
        answer.abandon();
        signal(listener -> {
            cancelled = true;
            listener.ifPresent(ServerCall.Listener::onCancel);
        });
    }

    Guarded<Q, A> guarded() {
        return guarded;
    }

    Metadata headers() {
        return headers;
    }

    String traceparent() {
        return traceparent;
    }

    Answer<Q, A> answer() {
        return answer;
    }

    /// The transport's context of this call: its deadline and cancellation.
    Context context() {
        return context;
    }

    Received<Q> received() {
        return received.orElseThrow(() -> new RefusedException(Reason.MALFORMED_BODY));
    }

    private void signal(Consumer<Optional<ServerCall.Listener<Q>>> passOn) {
        Runnable inContext = () -> handlerContext.run(() -> passOn.accept(Optional.ofNullable(handler)));
        if (elsewhere == null) {
            inContext.run();
        } else {
            elsewhere.execute(inContext);
        }
    }
}
