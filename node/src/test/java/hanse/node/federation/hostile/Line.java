package hanse.node.federation.hostile;

import static hanse.node.federation.TestNode.eventually;

import hanse.federation.v1.Answer;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.SignedMessage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection to a peer port, by a gRPC client that keeps no rule of the protocol.
final class Line implements AutoCloseable {
    /// Attackers have an address of their own; all of 127.0.0.0/8 is this machine.
    static final String ADDRESS = "127.0.0.2";

    final ManagedChannel channel;

    Line(int port, SslContext tls) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .sslContext(tls)
                .localSocketPicker(new NettyChannelBuilder.LocalSocketPicker() {
                    @Override
                    public InetSocketAddress createSocketAddress(
                            java.net.@Nullable SocketAddress remote, io.grpc.Attributes attributes) {
                        return new InetSocketAddress(ADDRESS, 0);
                    }
                })
                .disableRetry()
                .build();
    }

    /// How a greeting ends.
    Status greet() {
        try {
            var unused = FederationServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .greet(GreetRequest.newBuilder().setProtocol(1).build());
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    Stream exchange() {
        return new Stream(CallOptions.DEFAULT, true);
    }

    /// Whose answers nobody reads.
    Stream unread() {
        return new Stream(CallOptions.DEFAULT, false);
    }

    Stream exchange(CallOptions options) {
        return new Stream(options, true);
    }

    /// The answer to one message.
    Answer ask(SignedMessage message) {
        try (Stream stream = exchange()) {
            return stream.ask(message);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /// One Exchange call.
    final class Stream implements AutoCloseable {
        final List<Answer> answers = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final ClientCall<SignedMessage, Answer> call;

        private Stream(CallOptions options, boolean isRead) {
            call = channel.newCall(FederationServiceGrpc.getExchangeMethod(), options);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(Answer answer) {
                            answers.add(answer);
                            call.request(1);
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            end.complete(status);
                        }
                    },
                    new Metadata());
            if (isRead) {
                call.request(64);
            }
        }

        void send(SignedMessage message) {
            call.sendMessage(message);
        }

        void compressed() {
            call.setMessageCompression(true);
        }

        Answer ask(SignedMessage message) {
            int before = answers.size();
            send(message);
            eventually("it is answered", () -> answers.size() > before || end.isDone());
            return answers.get(before);
        }

        /// How it ended; empty while it has not.
        Optional<Status.Code> ended() {
            return end.isDone() ? Optional.of(end.join().getCode()) : Optional.empty();
        }

        @Override
        public void close() {
            call.cancel("enough", null);
        }
    }
}
