package hanse.node.call;

import hanse.error.v1.Reason;
import io.grpc.Context;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// One call in progress: who makes it and, when it may change something, the identity of the change. Set by the edge
/// for the time of the handler.
public final class Call {
    private static final Context.Key<Call> KEY = Context.key("hanse-call");

    private final Caller caller;
    private final Optional<Request> request;
    private final String traceparent;
    private final Optional<SignedRequest> evidence;
    private final AtomicBoolean replayed = new AtomicBoolean();

    public Call(Caller caller, Optional<Request> request, String traceparent) {
        this(caller, request, traceparent, Optional.empty());
    }

    /// @param evidence the request as its caller signed it, for an RPC that declares to need it
    public Call(Caller caller, Optional<Request> request, String traceparent, Optional<SignedRequest> evidence) {
        this.caller = caller;
        this.request = request;
        this.traceparent = traceparent;
        this.evidence = evidence;
    }

    /// The call of the present gRPC context.
    public static Call current() {
        Call call = KEY.get();
        if (call == null) {
            throw new IllegalStateException("no call in progress: the edge sets one for every RPC");
        }
        return call;
    }

    /// A context in which this call is the current one.
    public Context in(Context context) {
        return context.withValue(KEY, this);
    }

    public Caller caller() {
        return caller;
    }

    /// The calling agent. Refuses with `ROLE_REQUIRED` when somebody else calls, which the edge has made sure of.
    public AgentId agent() {
        if (caller instanceof Caller.Agent agent) {
            return agent.id();
        }
        throw new RefusedException(Reason.ROLE_REQUIRED);
    }

    /// The identity of the change; every RPC that declares WRITES has one.
    public Request request() {
        return request.orElseThrow(() -> new IllegalStateException("an RPC that declares READS asks for a change"));
    }

    /// W3C trace context of this call.
    public String traceparent() {
        return traceparent;
    }

    /// The request as its caller signed it; empty for a session, for a body that is too long to be passed on, and for
    /// an RPC that does not declare to need it.
    public Optional<SignedRequest> evidence() {
        return evidence;
    }

    /// The answer is the remembered one of an earlier call.
    public void markReplayed() {
        replayed.set(true);
    }

    public boolean isReplayed() {
        return replayed.get();
    }
}
