package hanse.bridge;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import hanse.error.v1.Reason;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/// A gRPC server that takes any call, keeps what came in, and answers what a test tells it to. It stands where the node
/// stands: at the far end of a real gRPC channel.
final class FakeNode {
    /// @param method full name, such as `hanse.ledger.v1.LedgerService/Transfer`
    record Call(String method, Metadata metadata, byte[] request) {
        String header(String name) {
            return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }

    /// How a call is answered.
    sealed interface Reply {
        record Messages(List<byte[]> messages, Metadata headers, Metadata trailers) implements Reply {}

        record Failure(Status status, Metadata trailers) implements Reply {}

        /// Given to the test to answer, message by message.
        record Open(LinkedBlockingQueue<Stream> streams) implements Reply {}
    }

    /// A stream that is under way.
    static final class Stream {
        private final ServerCall<byte[], byte[]> call;
        final java.util.concurrent.CompletableFuture<Void> cancelled = new java.util.concurrent.CompletableFuture<>();

        private Stream(ServerCall<byte[], byte[]> call) {
            this.call = call;
        }

        void send(Message message) {
            call.sendMessage(message.toByteArray());
        }

        boolean isReady() {
            return call.isReady();
        }

        void end(Status status) {
            call.close(status, new Metadata());
        }
    }

    static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    final List<Call> calls = new CopyOnWriteArrayList<>();
    volatile Function<Call, Reply> replies = any -> message(com.google.protobuf.Empty.getDefaultInstance());

    static Reply message(Message message) {
        return new Reply.Messages(List.of(message.toByteArray()), new Metadata(), new Metadata());
    }

    static Reply message(Message message, Metadata headers) {
        return new Reply.Messages(List.of(message.toByteArray()), headers, new Metadata());
    }

    /// Refuses as the node does.
    static Reply refusal(Reason reason, Message... details) {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(Problem.wire(reason).getGrpc())
                .setMessage("a text that no client must see")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason.name())
                        .setDomain("hanse")
                        .putMetadata("trace_id", TRACE)
                        .build()));
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        StatusRuntimeException failure = StatusProto.toStatusRuntimeException(status.build());
        return new Reply.Failure(failure.getStatus(), failure.getTrailers());
    }

    static BadRequest violation(String field, String description) {
        return BadRequest.newBuilder()
                .addFieldViolations(
                        BadRequest.FieldViolation.newBuilder().setField(field).setDescription(description))
                .build();
    }

    static RetryInfo retryAfter(int millis) {
        return RetryInfo.newBuilder()
                .setRetryDelay(com.google.protobuf.util.Durations.fromMillis(millis))
                .build();
    }

    Call lastCall() {
        return calls.getLast();
    }

    Server start(ServerBuilder<?> builder) {
        try {
            return builder.fallbackHandlerRegistry(new HandlerRegistry() {
                        @Override
                        public ServerMethodDefinition<?, ?> lookupMethod(String method, String authority) {
                            return definition(method);
                        }
                    })
                    .directExecutor()
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerMethodDefinition<byte[], byte[]> definition(String method) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .setFullMethodName(method)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        return ServerMethodDefinition.create(descriptor, (call, metadata) -> {
            call.request(1);
            Stream stream = new Stream(call);
            return new ServerCall.Listener<>() {
                private byte[] request = new byte[0];

                @Override
                public void onMessage(byte[] message) {
                    request = message;
                }

                @Override
                public void onHalfClose() {
                    Call received = new Call(method, metadata, request);
                    calls.add(received);
                    switch (replies.apply(received)) {
                        case Reply.Messages messages -> {
                            call.sendHeaders(messages.headers());
                            messages.messages().forEach(call::sendMessage);
                            call.close(Status.OK, messages.trailers());
                        }
                        case Reply.Failure failure -> call.close(failure.status(), failure.trailers());
                        case Reply.Open open -> {
                            call.sendHeaders(new Metadata());
                            open.streams().add(stream);
                        }
                    }
                }

                @Override
                public void onCancel() {
                    stream.cancelled.complete(null);
                }
            };
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
