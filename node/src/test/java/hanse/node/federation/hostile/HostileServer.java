package hanse.node.federation.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.certs.SigningKey;
import hanse.federation.v1.Accepted;
import hanse.federation.v1.Answer;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.GreetRequest;
import hanse.federation.v1.GreetResponse;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedMessage;
import hanse.federation.v1.SignedOutcome;
import hanse.wire.SignedText;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;

/// Mallory's own peer port: answers what it likes.
final class HostileServer implements AutoCloseable {
    /// The answers to a message, all of them.
    volatile Function<Message, List<Answer>> manner = message -> List.of();

    private final HostilePeer peer;
    private final Server server;
    private volatile StreamObserver<Answer> last = new Silence();

    HostileServer(HostilePeer peer) {
        this.peer = peer;
        try {
            server = NettyServerBuilder.forPort(0)
                    .sslContext(peer.serverTls())
                    .addService(new Service())
                    .intercept(new HeadersFirst())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    /// Says something that nobody has asked for.
    void say(Answer answer) {
        synchronized (this) {
            last.onNext(answer);
        }
    }

    /// What an honest registry would have decided.
    Outcome.Builder outcome(Message message) {
        return Outcome.newBuilder()
                .setFrom(peer.id.value())
                .setTo(message.getFrom())
                .setId(message.getId())
                .setRequestDigest(ByteString.copyFrom(
                        SignedText.sha256(message.toByteString().toByteArray())))
                .setAccepted(Accepted.getDefaultInstance());
    }

    Answer answer(Outcome outcome) {
        return answer(outcome, peer.key);
    }

    static Answer answer(Outcome outcome, SigningKey key) {
        return Answer.newBuilder()
                .setId(outcome.getId())
                .setOutcome(SignedOutcome.newBuilder()
                        .setOutcome(outcome.toByteString())
                        .setSignature(ByteString.copyFrom(
                                key.sign(HostilePeer.text("hanse-outcome-v1\n", outcome.toByteString())))))
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Service extends FederationServiceGrpc.FederationServiceImplBase {
        @Override
        public void greet(GreetRequest request, StreamObserver<GreetResponse> observer) {
            observer.onNext(GreetResponse.newBuilder()
                    .setRegistryId(peer.id.value())
                    .setProtocol(1)
                    .setWelcomes(true)
                    .build());
            observer.onCompleted();
        }

        @Override
        public StreamObserver<SignedMessage> exchange(StreamObserver<Answer> answers) {
            last = answers;
            return new StreamObserver<>() {
                @Override
                public void onNext(SignedMessage signed) {
                    try {
                        manner.apply(Message.parseFrom(signed.getMessage())).forEach(HostileServer.this::say);
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }
    }

    /// By the headers a caller knows that it has reached somebody.
    private static final class HeadersFirst implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            call.sendHeaders(new Metadata());
            return next.startCall(
                    new ForwardingServerCall.SimpleForwardingServerCall<>(call) {
                        @Override
                        public void sendHeaders(Metadata again) {
                            // They are sent.
                        }
                    },
                    headers);
        }
    }

    private static final class Silence implements StreamObserver<Answer> {
        @Override
        public void onNext(Answer answer) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
