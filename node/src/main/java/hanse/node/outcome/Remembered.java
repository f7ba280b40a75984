package hanse.node.outcome;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.Request;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/// What is remembered of one executed change.
///
/// @param result first byte 0 and the answer, or first byte 1 and the number of the reason; empty when the row only
///     keeps a signature from being used again
public record Remembered(UUID key, byte[] digest, Optional<UUID> signature, long execution, Optional<byte[]> result) {
    private static final byte ANSWER = 0;
    private static final byte REFUSAL = 1;

    /// The row of a request that was answered.
    public static Remembered answer(Request request, byte[] answer) {
        byte[] result = new byte[answer.length + 1];
        result[0] = ANSWER;
        System.arraycopy(answer, 0, result, 1, answer.length);
        return of(request, result);
    }

    /// The row of a request that was refused.
    public static Remembered refusal(Request request, Reason reason) {
        byte[] result = ByteBuffer.allocate(3)
                .put(REFUSAL)
                .putShort((short) reason.getNumber())
                .array();
        return of(request, result);
    }

    /// A row that only keeps the request's signature from being used again.
    public static Remembered signature(Request request, UUID signature) {
        return new Remembered(
                signature, request.digest(), Optional.of(signature), request.execution(), Optional.empty());
    }

    private static Remembered of(Request request, byte[] result) {
        return new Remembered(
                request.key(), request.digest(), request.signature(), request.execution(), Optional.of(result));
    }

    /// Judges a request that finds this row under its own key: throws `REQUEST_ID_REUSED` or `SIGNATURE_REPLAYED`, or
    /// returns whether this is our own commit whose answer was lost (and not somebody's repeat).
    public boolean isOwn(Request request) {
        if (execution == request.execution()) {
            return true;
        }
        if (result.isEmpty() || (signature.isPresent() && signature.equals(request.signature()))) {
            throw new RefusedException(Reason.SIGNATURE_REPLAYED);
        }
        if (!request.sameContent(digest)) {
            throw new RefusedException(Reason.REQUEST_ID_REUSED);
        }
        return false;
    }

    /// An answer that was remembered as a message.
    public static <T extends Message> T read(Parser<T> parser, byte[] remembered) {
        try {
            return parser.parseFrom(remembered);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a remembered answer cannot be read", e);
        }
    }

    /// The remembered answer; throws the remembered refusal.
    public byte[] answerOrRefuse() {
        byte[] bytes = result.orElseThrow(() -> new IllegalStateException("only a signature is remembered here"));
        if (bytes[0] == REFUSAL) {
            Reason reason = Reason.forNumber(ByteBuffer.wrap(bytes, 1, 2).getShort());
            throw new RefusedException(reason == null ? Reason.INTERNAL : reason);
        }
        return Arrays.copyOfRange(bytes, 1, bytes.length);
    }
}
