package hanse.node.edge;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.SignedRequest;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/// What arrived as a request: the message, and the hash of its bytes as received, which is what the caller signed. An
/// unreadable or too large one is kept as its refusal, so that it is answered with a reason like any other.
///
/// @param message empty exactly when `refusal` is present
/// @param sha256 of the bytes as received
/// @param bytes as received; empty for more than [SignedRequest#LONGEST_BODY]
/// @param zeros whether a byte is 0: without one no text in the message holds U+0000
record Received<Q>(Optional<Q> message, byte[] bytes, byte[] sha256, boolean zeros, Optional<Reason> refusal) {

    Q orRefuse() {
        return message.orElseThrow(() -> new RefusedException(refusal.orElse(Reason.MALFORMED_BODY)));
    }

    /// Reads a request once and keeps the hash of its bytes.
    ///
    /// @param max bytes; more is refused with `BODY_TOO_LARGE`
    record Reader<Q>(Marshaller<Q> messages, int max) implements Marshaller<Received<Q>> {
        private static final byte[] NOTHING = {};

        @Override
        public InputStream stream(Received<Q> value) {
            return messages.stream(value.orRefuse());
        }

        @Override
        public Received<Q> parse(InputStream stream) {
            byte[] bytes;
            try {
                bytes = stream.readNBytes(max + 1);
            } catch (IOException e) {
                return refused(Reason.MALFORMED_BODY);
            } catch (StatusRuntimeException e) {
                // A compressed message that grows beyond the transport's own limit.
                boolean tooLarge = e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED;
                return refused(tooLarge ? Reason.BODY_TOO_LARGE : Reason.MALFORMED_BODY);
            }
            if (bytes.length > max) {
                return refused(Reason.BODY_TOO_LARGE);
            }
            try {
                Q message = messages.parse(new ByteArrayInputStream(bytes));
                return new Received<>(
                        Optional.of(message),
                        bytes.length > SignedRequest.LONGEST_BODY ? NOTHING : bytes,
                        sha256(bytes),
                        hasZeros(bytes),
                        Optional.empty());
            } catch (StatusRuntimeException e) {
                return refused(Reason.MALFORMED_BODY);
            }
        }

        private static <Q> Received<Q> refused(Reason reason) {
            return new Received<>(Optional.empty(), NOTHING, NOTHING, false, Optional.of(reason));
        }

        private static boolean hasZeros(byte[] bytes) {
            for (byte b : bytes) {
                if (b == 0) {
                    return true;
                }
            }
            return false;
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
