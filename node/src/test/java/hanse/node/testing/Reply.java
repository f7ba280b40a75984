package hanse.node.testing;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import hanse.error.v1.Reason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;

/// What came back from a call.
///
/// @param headers all that were sent, trailers included
public record Reply<A>(Optional<A> result, Status status, Metadata headers) {

    public boolean isOk() {
        return status.isOk();
    }

    /// The answer of a call that was not refused.
    public A answer() {
        return result.orElseThrow(() -> new AssertionError("refused: " + status + " " + reason()));
    }

    /// Why it was refused.
    public Reason reason() {
        return detail(ErrorInfo.class)
                .map(info -> Reason.valueOf(info.getReason()))
                .orElseThrow(() -> new AssertionError("no reason in " + status + ", answer " + result));
    }

    public Optional<ErrorInfo> info() {
        return detail(ErrorInfo.class);
    }

    public Optional<RetryInfo> retry() {
        return detail(RetryInfo.class);
    }

    /// Fields that break a rule.
    public List<String> violations() {
        return detail(BadRequest.class).stream()
                .flatMap(bad -> bad.getFieldViolationsList().stream())
                .map(BadRequest.FieldViolation::getField)
                .toList();
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }

    private <T extends Message> Optional<T> detail(Class<T> type) {
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, headers);
        return details.getDetailsList().stream()
                .filter(any -> any.is(type))
                .findFirst()
                .map(any -> unpack(any, type));
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
