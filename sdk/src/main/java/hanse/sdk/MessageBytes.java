package hanse.sdk;

import com.google.protobuf.MessageLite;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/// A message as the bytes that go on the wire: made once, hashed, and sent as they are.
final class MessageBytes {
    private MessageBytes() {}

    static <Q> byte[] of(MethodDescriptor<Q, ?> method, Q message) {
        if (message instanceof MessageLite proto) {
            return proto.toByteArray();
        }
        try (InputStream stream = method.streamRequest(message)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same method, taking bytes that are already a message.
    static <R> MethodDescriptor<byte[], R> taking(MethodDescriptor<?, R> method) {
        return method.toBuilder(MARSHALLER, method.getResponseMarshaller()).build();
    }

    private static final MethodDescriptor.Marshaller<byte[]> MARSHALLER = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
            return new Bytes(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw Status.INTERNAL.withCause(e).asRuntimeException();
            }
        }
    };

    /// Lets gRPC know the length beforehand and copy in one go.
    private static final class Bytes extends ByteArrayInputStream implements KnownLength, Drainable {
        Bytes(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int drainTo(OutputStream target) throws IOException {
            int length = count - pos;
            target.write(buf, pos, length);
            pos = count;
            return length;
        }
    }
}
