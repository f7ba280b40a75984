package hanse.node.edge;

import hanse.error.v1.Reason;
import hanse.node.access.Identified;
import hanse.node.access.Quota;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.wire.Headers;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The way out of one call: what a handler sends passes here, gets the headers that every answer has, and a failure
/// is mapped. Closed once: whatever comes after is dropped, so that the time limit and a late handler do not meet.
final class Answer<Q, A> extends ServerCall<Q, A> {
    private static final String OK = "OK";
    private static final String CANCELLED = "CANCELLED";
    private static final Identified NOBODY =
            new Identified(new Caller.Anyone(""), 0, Optional.empty(), Optional.empty());
    private static final Metadata.Key<String> LIMIT = key(Headers.RATE_LIMIT);
    private static final Metadata.Key<String> REMAINING = key(Headers.RATE_REMAINING);
    private static final Metadata.Key<String> RESET = key(Headers.RATE_RESET);
    private static final Metadata.Key<String> REPLAYED = key(Headers.IDEMPOTENT_REPLAYED);

    private final ServerCall<Received<Q>, A> transport;
    private final MethodDescriptor<Q, A> method;
    private final String traceparent;
    private final End end;
    private Identified caller = NOBODY;
    private Optional<Quota> quota = Optional.empty();
    private @Nullable Call call;
    private boolean headersSent;
    private boolean isClosed;

    /// What is told, once, how a call ended.
    @FunctionalInterface
    interface End {
        /// @param outcome `OK`, `CANCELLED` or the reason of the refusal
        /// @param caller who made it, as far as that was established
        void ended(String outcome, Identified caller);
    }

    Answer(ServerCall<Received<Q>, A> transport, MethodDescriptor<Q, A> method, String traceparent, End end) {
        this.transport = transport;
        this.method = method;
        this.traceparent = traceparent;
        this.end = end;
    }

    synchronized void quota(Optional<Quota> counted) {
        quota = counted;
    }

    synchronized void caller(Identified established) {
        caller = established;
    }

    synchronized void call(Call admitted) {
        call = admitted;
    }

    /// Whether nothing more is sent.
    synchronized boolean isOver() {
        return isClosed;
    }

    /// The caller has gone.
    void abandon() {
        Identified who;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            who = caller;
        }
        end.ended(CANCELLED, who);
    }

    /// Closes the call with what `failure` maps to.
    void refuse(Throwable failure) {
        close(Errors.closing(failure, traceparent));
    }

    @Override
    public void request(int messages) {
        // The edge has asked for the one message there is.
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
        if (!isClosed) {
            decorate(headers);
            headersSent = true;
            transport.sendHeaders(headers);
        }
    }

    @Override
    public synchronized void sendMessage(A message) {
        if (!isClosed) {
            transport.sendMessage(message);
        }
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (!status.isOk()) {
            close(Errors.closing(status, traceparent));
            return;
        }
        Identified who;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            who = caller;
            transport.close(status, trailers);
        }
        end.ended(OK, who);
    }

    private void close(Errors.Closing closing) {
        Identified who;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            who = caller;
            if (!headersSent) {
                decorate(closing.trailers());
            }
            transport.close(closing.status(), closing.trailers());
        }
        Reason reason = closing.reason();
        end.ended(reason == Reason.REASON_UNSPECIFIED ? CANCELLED : reason.name(), who);
    }

    private void decorate(Metadata headers) {
        quota.ifPresent(counted -> {
            headers.put(LIMIT, Long.toString(counted.limit()));
            headers.put(REMAINING, Long.toString(counted.remaining()));
            headers.put(
                    RESET, Long.toString(counted.fullAt().plusNanos(999_999_999).getEpochSecond()));
        });
        if (call != null && call.isReplayed()) {
            headers.put(REPLAYED, "true");
        }
    }

    @Override
    public boolean isReady() {
        return transport.isReady();
    }

    @Override
    public boolean isCancelled() {
        return transport.isCancelled();
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        transport.setMessageCompression(enabled);
    }

    @Override
    public void setCompression(String compressor) {
        transport.setCompression(compressor);
    }

    @Override
    public void setOnReadyThreshold(int bytes) {
        transport.setOnReadyThreshold(bytes);
    }

    @Override
    public SecurityLevel getSecurityLevel() {
        return transport.getSecurityLevel();
    }

    @Override
    public Attributes getAttributes() {
        return transport.getAttributes();
    }

    @Override
    public @Nullable String getAuthority() {
        return transport.getAuthority();
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
        return method;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
