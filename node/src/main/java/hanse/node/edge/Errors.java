package hanse.node.edge;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import hanse.error.v1.Reason;
import hanse.error.v1.ReasonOuterClass;
import hanse.error.v1.Wire;
import hanse.node.call.RefusedException;
import hanse.node.call.Trace;
import hanse.node.storage.Database;
import hanse.wire.Headers;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.sql.SQLTransientException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where a failure becomes an answer. A [RefusedException] is answered with its reason; whatever else
/// went wrong is answered with INTERNAL (or UNAVAILABLE, when it is the database's absence) and written to the log
/// under the trace id. No text of an exception is ever sent.
public final class Errors {
    /// `google.rpc.ErrorInfo.domain` of every refusal.
    public static final String DOMAIN = "hanse";

    private static final Logger log = LoggerFactory.getLogger(Errors.class);
    private static final Metadata.Key<com.google.rpc.Status> DETAILS = Metadata.Key.of(
            "grpc-status-details-bin", ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));
    private static final Metadata.Key<String> RETRY_AFTER =
            Metadata.Key.of(Headers.RETRY_AFTER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Map<Reason, Wire> WIRES = wires();

    private Errors() {}

    /// How a call that failed is closed.
    ///
    /// @param reason what `status` and `trailers` say
    public record Closing(Reason reason, Status status, Metadata trailers) {}

    /// Maps a failure.
    public static Closing closing(Throwable failure, String traceparent) {
        return switch (unwrapped(failure)) {
            case RefusedException refused -> refused(refused, traceparent);
            case StatusRuntimeException e -> closing(e.getStatus(), traceparent);
            case StatusException e -> closing(e.getStatus(), traceparent);
            case Throwable other
            when isUnavailability(other) -> {
                log.warn("the database does not answer, trace {}", Trace.id(traceparent), other);
                yield refused(new RefusedException(Reason.UNAVAILABLE), traceparent);
            }
            case Throwable other -> fault(other, traceparent);
        };
    }

    /// Maps a status with which a handler closed its call: gRPC's own stubs put what `onError` was given in its
    /// cause.
    static Closing closing(Status status, String traceparent) {
        Throwable cause = status.getCause();
        if (cause != null && status.getCode() == Status.Code.UNKNOWN) {
            return closing(cause, traceparent);
        }
        return switch (status.getCode()) {
            case UNIMPLEMENTED -> refused(new RefusedException(Reason.UNKNOWN_METHOD), traceparent);
            case DEADLINE_EXCEEDED -> refused(new RefusedException(Reason.DEADLINE_EXCEEDED), traceparent);
            case UNAVAILABLE -> refused(new RefusedException(Reason.UNAVAILABLE), traceparent);
            case CANCELLED -> new Closing(Reason.REASON_UNSPECIFIED, Status.CANCELLED, new Metadata());
            case OK,
                    UNKNOWN,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    INTERNAL,
                    DATA_LOSS,
                    UNAUTHENTICATED -> fault(status.asRuntimeException(), traceparent);
        };
    }

    /// How a reason travels: its codes and what a person should do.
    public static Wire wire(Reason reason) {
        Wire wire = WIRES.get(reason);
        if (wire == null) {
            throw new IllegalArgumentException(reason + " is never sent");
        }
        return wire;
    }

    private static Closing fault(Throwable failure, String traceparent) {
        log.error("a call failed, trace {}", Trace.id(traceparent), failure);
        return refused(new RefusedException(Reason.INTERNAL), traceparent);
    }

    private static Closing refused(RefusedException refusal, String traceparent) {
        Reason reason = refusal.reason();
        Wire wire = wire(reason);
        Metadata trailers = new Metadata();
        var details = com.google.rpc.Status.newBuilder()
                .setCode(wire.getGrpc())
                .setMessage(wire.getAdvice())
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason.name())
                        .setDomain(DOMAIN)
                        .putMetadata("trace_id", Trace.id(traceparent))
                        .build()));
        if (!refusal.violations().isEmpty()) {
            BadRequest.Builder violations = BadRequest.newBuilder();
            refusal.violations()
                    .forEach((field, what) -> violations
                            .addFieldViolationsBuilder()
                            .setField(field)
                            .setDescription(what));
            details.addDetails(Any.pack(violations.build()));
        }
        refusal.retryAfter().ifPresent(wait -> {
            details.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(
                            Duration.newBuilder().setSeconds(wait.toSeconds()).setNanos(wait.toNanosPart()))
                    .build()));
            long seconds = Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds());
            trailers.put(RETRY_AFTER, Long.toString(seconds));
        });
        trailers.put(DETAILS, details.build());
        return new Closing(reason, Status.fromCodeValue(wire.getGrpc()).withDescription(wire.getAdvice()), trailers);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable t = failure;
        while ((t instanceof CompletionException || t instanceof ExecutionException) && t.getCause() != null) {
            t = t.getCause();
        }
        return t;
    }

    private static boolean isUnavailability(Throwable failure) {
        if (Database.lostConnection(failure)) {
            return true;
        }
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLTransientException) {
                return true;
            }
        }
        return false;
    }

    private static Map<Reason, Wire> wires() {
        Map<Reason, Wire> wires = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            if (reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED) {
                wires.put(reason, reason.getValueDescriptor().getOptions().getExtension(ReasonOuterClass.wire));
            }
        }
        return wires;
    }
}
