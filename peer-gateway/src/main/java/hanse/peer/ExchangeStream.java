package hanse.peer;

import hanse.federation.v1.Answer;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.SignedMessage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;

/// One Exchange call to a peer, our side; the peer's is [ExchangeCall]. Called by the pump's thread, its listener by
/// the event loop.
final class ExchangeStream {
    private final OutgoingStreams owner;
    private final Signal signal;
    private final ManagedChannel channel;
    private final ClientCall<SignedMessage, Answer> call;
    private final long openedAt = System.nanoTime();
    private volatile boolean up;
    private volatile boolean closed;
    private volatile boolean cancelled;

    // Touched by the pump's thread only.
    private boolean halfClosed;
    private long drainingSince;

    /// Answers that came and are being looked at; under the signal.
    private int inHand;

    private ExchangeStream(OutgoingStreams owner, Signal signal, ManagedChannel channel) {
        this.owner = owner;
        this.signal = signal;
        this.channel = channel;
        this.call = channel.newCall(FederationServiceGrpc.getExchangeMethod(), CallOptions.DEFAULT);
    }

    /// @param window how many answers may come before the first has been looked at
    static ExchangeStream open(OutgoingStreams owner, Signal signal, ManagedChannel channel, int window) {
        ExchangeStream stream = new ExchangeStream(owner, signal, channel);
        stream.call.start(stream.new Listener(), new Metadata());
        stream.call.request(window);
        return stream;
    }

    ManagedChannel channel() {
        return channel;
    }

    boolean isUp() {
        return up && !closed;
    }

    boolean isClosed() {
        return closed;
    }

    /// Messages go out only once the peer is reached: before, they would fill a buffer.
    boolean isReady() {
        return up && !closed && !halfClosed && !cancelled && call.isReady();
    }

    long openedAt() {
        return openedAt;
    }

    long drainingSince() {
        return drainingSince;
    }

    void send(SignedMessage message) {
        call.sendMessage(message);
    }

    /// Sends nothing more; the answers to what was sent still come.
    void halfClose() {
        drainingSince = System.nanoTime();
        if (!cancelled) {
            halfClosed = true;
            call.halfClose();
        }
    }

    void cancel() {
        if (!cancelled) {
            cancelled = true;
            call.cancel("the pump ends this stream", null);
        }
    }

    /// Once the stream is over and its last answer has been looked at, what it left open is sent again.
    private void returnUnanswered() {
        if (closed && inHand == 0) {
            owner.over(this);
        }
    }

    private final class Listener extends ClientCall.Listener<Answer> {
        @Override
        public void onHeaders(Metadata headers) {
            up = true;
            owner.reached();
        }

        @Override
        public void onReady() {
            signal.raise();
        }

        @Override
        public void onMessage(Answer answer) {
            signal.guarded(() -> inHand++);
            Thread.ofVirtual().name("peer-answer").start(() -> {
                try {
                    owner.answered(answer);
                } finally {
                    call.request(1);
                    signal.raise(() -> {
                        inHand--;
                        returnUnanswered();
                    });
                }
            });
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean failed = !status.isOk() && !cancelled;
            if (failed) {
                owner.failed(status);
            }
            signal.raise(() -> {
                closed = true;
                owner.ended(failed || !up);
                returnUnanswered();
            });
            owner.retire(ExchangeStream.this, failed && up);
        }
    }
}
