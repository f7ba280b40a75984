package hanse.sdk;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import hanse.error.v1.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A registry's refusal, or the failure to reach it, with the stable reason that programs decide by.
public final class HanseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A field that breaks a rule.
    ///
    /// @param field its path in the request
    /// @param description which rule, for a person
    public record Violation(String field, String description) {}

    private final Reason reason;
    private final Status.Code code;
    private final transient List<Violation> violations;
    private final transient Optional<Duration> retryAfter;

    private HanseException(
            Reason reason, Status status, List<Violation> violations, Optional<Duration> retryAfter, Throwable cause) {
        super(
                (reason == Reason.REASON_UNSPECIFIED ? status.getCode().name() : reason.name())
                        + (status.getDescription() == null ? "" : ": " + status.getDescription()),
                cause);
        this.reason = reason;
        this.code = status.getCode();
        this.violations = List.copyOf(violations);
        this.retryAfter = retryAfter;
    }

    /// Reads what a stub threw. A status that is not a registry's answer (a connection refused, a deadline of the
    /// caller's own) has `REASON_UNSPECIFIED`, and so has a reason that this SDK is too old to know.
    public static HanseException of(Throwable thrown) {
        if (thrown instanceof HanseException already) {
            return already;
        }
        Status status = Status.fromThrowable(thrown);
        Reason reason = Reason.REASON_UNSPECIFIED;
        List<Violation> violations = new ArrayList<>();
        Optional<Duration> retryAfter = Optional.empty();
        com.google.rpc.Status details = StatusProto.fromThrowable(thrown);
        if (details != null) {
            for (Any detail : details.getDetailsList()) {
                try {
                    if (detail.is(ErrorInfo.class)) {
                        ErrorInfo info = detail.unpack(ErrorInfo.class);
                        if (info.getDomain().equals("hanse")) {
                            reason = named(info.getReason());
                        }
                    } else if (detail.is(BadRequest.class)) {
                        detail.unpack(BadRequest.class)
                                .getFieldViolationsList()
                                .forEach(v -> violations.add(new Violation(v.getField(), v.getDescription())));
                    } else if (detail.is(RetryInfo.class)) {
                        var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                        retryAfter = Optional.of(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
                    }
                } catch (InvalidProtocolBufferException e) {
                    // A detail that cannot be read says nothing; the status stands without it.
                    violations.clear();
                }
            }
        }
        return new HanseException(reason, status, violations, retryAfter, thrown);
    }

    /// Runs a call on a blocking stub and throws what it refuses as a HanseException.
    public static <T> T translate(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw of(e);
        }
    }

    private static Reason named(String name) {
        for (Reason reason : Reason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return Reason.REASON_UNSPECIFIED;
    }

    /// Why; see the table of reasons.
    public Reason reason() {
        return reason;
    }

    /// The gRPC code.
    public Status.Code code() {
        return code;
    }

    /// Which fields broke which rules; empty unless `INVALID_ARGUMENT`.
    public List<Violation> violations() {
        return violations;
    }

    /// How long to wait before the next try, when the registry says so.
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /// Whether the outcome is unknown: the request may or may not have been carried out. Repeat it with the same
    /// `request_id` to learn which.
    public boolean outcomeUnknown() {
        return switch (code) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, CANCELLED, UNKNOWN, INTERNAL -> true;
            default -> reason == Reason.SIGNATURE_REPLAYED;
        };
    }
}
