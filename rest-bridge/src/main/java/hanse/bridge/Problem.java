package hanse.bridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.common.HttpStatus;
import hanse.error.v1.Reason;
import hanse.error.v1.ReasonOuterClass;
import hanse.error.v1.Wire;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Why a request was refused, as RFC 9457 problem+json tells it. Holds only words of the closed list of reasons, of the
/// request's own definition, and of the request itself; never the text of a failure.
///
/// @param reason one of the names of `hanse.error.v1.Reason`, or a newer one that the node knows
/// @param status the HTTP status
/// @param detail what to do, in a sentence
/// @param violations the fields that break a rule
/// @param retryAfter seconds to wait before a repeat, where the node says so
/// @param traceId names the call in the node's log, where the node says so
record Problem(
        String reason,
        int status,
        String detail,
        List<Violation> violations,
        OptionalLong retryAfter,
        Optional<String> traceId) {
    /// @param field the field's path in the request, such as `amount`
    /// @param description the rule
    record Violation(String field, String description) {}

    static final String DOMAIN = "hanse";
    static final String TYPE_PREFIX = "https://hanse.example/problems/";

    private static final JsonFactory JSON = new JsonFactory();
    private static final String TRACE_ID = "trace_id";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern REASON_NAME = Pattern.compile("[A-Z][A-Z0-9_]{1,62}");

    static Problem of(Reason reason) {
        Wire wire = wire(reason);
        return new Problem(
                reason.name(), wire.getHttp(), wire.getAdvice(), List.of(), OptionalLong.empty(), Optional.empty());
    }

    static Wire wire(Reason reason) {
        return reason.getValueDescriptor().getOptions().getExtension(ReasonOuterClass.wire);
    }

    Problem withDetail(String detail) {
        return new Problem(reason, status, detail, violations, retryAfter, traceId);
    }

    Problem withStatus(int status) {
        return new Problem(reason, status, detail, violations, retryAfter, traceId);
    }

    Problem withViolations(List<Violation> violations) {
        return new Problem(reason, status, detail, List.copyOf(violations), retryAfter, traceId);
    }

    /// What the node's answer says. A status without an `ErrorInfo` of our domain is a failure of something in between:
    /// its code is kept, its text is not.
    static Problem from(Status status, Metadata trailers) {
        com.google.rpc.Status rich = StatusProto.fromStatusAndTrailers(status, trailers);
        Optional<ErrorInfo> info =
                detail(rich, ErrorInfo.class).filter(i -> i.getDomain().equals(DOMAIN));
        if (info.isEmpty()) {
            return of(ofCode(status.getCode()));
        }
        Problem base = named(info.get().getReason(), status.getCode());
        List<Violation> violations = detail(rich, BadRequest.class)
                .map(bad -> bad.getFieldViolationsList().stream()
                        .map(v -> new Violation(v.getField(), v.getDescription()))
                        .toList())
                .orElse(List.of());
        OptionalLong retry = detail(rich, RetryInfo.class)
                .map(r -> OptionalLong.of(
                        r.getRetryDelay().getSeconds() + (r.getRetryDelay().getNanos() > 0 ? 1 : 0)))
                .orElse(OptionalLong.empty());
        Optional<String> trace = Optional.ofNullable(info.get().getMetadataMap().get(TRACE_ID))
                .filter(id -> HEX.matcher(id).matches());
        return new Problem(base.reason, base.status, base.detail, violations, retry, trace);
    }

    private static Problem named(String name, Status.Code code) {
        for (Reason reason : Reason.values()) {
            if (reason != Reason.UNRECOGNIZED
                    && reason != Reason.REASON_UNSPECIFIED
                    && reason.name().equals(name)) {
                return of(reason);
            }
        }
        Problem byCode = of(ofCode(code));
        return REASON_NAME.matcher(name).matches()
                ? new Problem(name, byCode.status, byCode.detail, List.of(), OptionalLong.empty(), Optional.empty())
                : byCode;
    }

    private static Reason ofCode(Status.Code code) {
        return switch (code) {
            case UNAVAILABLE, CANCELLED, ABORTED -> Reason.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> Reason.DEADLINE_EXCEEDED;
            case UNAUTHENTICATED -> Reason.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Reason.ROLE_REQUIRED;
            case INVALID_ARGUMENT, OUT_OF_RANGE -> Reason.INVALID_ARGUMENT;
            case UNIMPLEMENTED -> Reason.UNKNOWN_METHOD;
            case RESOURCE_EXHAUSTED -> Reason.OVERLOADED;
            case OK, UNKNOWN, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, INTERNAL, DATA_LOSS -> Reason.INTERNAL;
        };
    }

    private static <T extends com.google.protobuf.Message> Optional<T> detail(
            com.google.rpc.@org.jspecify.annotations.Nullable Status rich, Class<T> type) {
        if (rich == null) {
            return Optional.empty();
        }
        for (Any any : rich.getDetailsList()) {
            if (any.is(type)) {
                try {
                    return Optional.of(any.unpack(type));
                } catch (InvalidProtocolBufferException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /// `INSUFFICIENT_FUNDS` reads "Insufficient funds".
    String title() {
        String words = reason.toLowerCase(Locale.ROOT).replace('_', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    HttpStatus httpStatus() {
        return HttpStatus.valueOf(status);
    }

    byte[] json() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", TYPE_PREFIX + reason);
            json.writeStringField("title", title());
            json.writeNumberField("status", status);
            json.writeStringField("detail", detail);
            json.writeStringField("reason", reason);
            if (!violations.isEmpty()) {
                json.writeArrayFieldStart("violations");
                for (Violation violation : violations) {
                    json.writeStartObject();
                    json.writeStringField("field", violation.field());
                    json.writeStringField("description", violation.description());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            if (retryAfter.isPresent()) {
                json.writeNumberField("retry_after", retryAfter.getAsLong());
            }
            if (traceId.isPresent()) {
                json.writeStringField(TRACE_ID, traceId.get());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every write", e);
        }
        return out.toByteArray();
    }
}
