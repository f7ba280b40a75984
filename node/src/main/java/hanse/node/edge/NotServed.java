package hanse.node.edge;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.Trace;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Answers calls of RPCs that are not served here, with `UNKNOWN_METHOD`.
final class NotServed extends HandlerRegistry {
    private final LongSupplier entropy;

    NotServed(LongSupplier entropy) {
        this.entropy = entropy;
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .setFullMethodName(name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        return ServerMethodDefinition.create(method, (call, _) -> {
            Errors.Closing closing =
                    Errors.closing(new RefusedException(Reason.UNKNOWN_METHOD), Trace.next("", entropy));
            call.close(closing.status(), closing.trailers());
            return new ServerCall.Listener<>() {};
        });
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
