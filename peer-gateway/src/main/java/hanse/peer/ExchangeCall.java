package hanse.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.federation.v1.SignedMessage;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One Exchange stream, at the side that answers. Each message is verified and decided on a virtual thread of its own,
/// so that neither the event loop nor a slow decision holds up the others; one that is not in order is answered alone.
/// Backpressure: no more messages are taken than [#WINDOW] or [#BUDGET] allow unanswered, and none while the peer does
/// not read its answers. What is beyond the peer's share of what is being decided is left undecided.
final class ExchangeCall extends ServerCall.Listener<SignedMessage> {
    /// The most unanswered messages of one stream.
    private static final int WINDOW = 1024;

    /// The most bytes of them, beyond the few that were already asked for.
    private static final long BUDGET = 8L << 20;

    /// How many messages are asked for ahead.
    private static final int AHEAD = 64;

    private static final Logger log = LoggerFactory.getLogger(ExchangeCall.class);

    private final String self;
    private final IncomingConnections.Connection connection;
    private final ServerCall<SignedMessage, Answer> call;
    private final Inbox inbox;
    private final Semaphore share;
    private final Bucket patience;
    private final PeerMetrics.Counters metrics;
    private final Runnable onEnd;

    private final ReentrantLock lock = new ReentrantLock();
    private int asked;
    private int unanswered;
    private long unansweredBytes;
    private boolean halfClosed;
    private boolean draining;
    private boolean ended;

    /// @param share how many more messages of the peer may be decided at once, over all its streams
    /// @param patience how many more messages of the peer may be refused, over all its streams
    ExchangeCall(
            String self,
            IncomingConnections.Connection connection,
            ServerCall<SignedMessage, Answer> call,
            Inbox inbox,
            Semaphore share,
            Bucket patience,
            PeerMetrics.Counters metrics,
            Runnable onEnd) {
        this.self = self;
        this.connection = connection;
        this.call = call;
        this.inbox = inbox;
        this.share = share;
        this.patience = patience;
        this.metrics = metrics;
        this.onEnd = onEnd;
    }

    /// Headers go out before the first answer: by them the peer knows that it reached us.
    void start() {
        lock.lock();
        try {
            call.sendHeaders(new Metadata());
            askForMore();
        } finally {
            lock.unlock();
        }
    }

    /// Takes no further message, and ends when those it has are answered.
    void drain() {
        lock.lock();
        try {
            draining = true;
            endWhenAnswered();
        } finally {
            lock.unlock();
        }
    }

    void end(Status status) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                call.close(status, new Metadata());
            }
        } finally {
            lock.unlock();
        }
        onEnd.run();
    }

    @Override
    public void onMessage(SignedMessage signed) {
        int size = signed.getSerializedSize();
        lock.lock();
        try {
            asked--;
            if (draining || ended) {
                return;
            }
            unanswered++;
            unansweredBytes += size;
            askForMore();
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("peer-message").start(() -> handle(signed, size));
    }

    @Override
    public void onHalfClose() {
        lock.lock();
        try {
            halfClosed = true;
            endWhenAnswered();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onReady() {
        lock.lock();
        try {
            askForMore();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onCancel() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        onEnd.run();
    }

    @Override
    public void onComplete() {
        onEnd.run();
    }

    private void handle(SignedMessage signed, int size) {
        ByteString bytes = signed.getMessage();
        if (bytes.size() > PeerServer.MAX_MESSAGE_BYTES) {
            refuse(ByteString.EMPTY, Refusal.MESSAGE_TOO_LARGE, "a message larger than 64 KiB", size);
            return;
        }
        Message message;
        try {
            message = Message.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            refuse(ByteString.EMPTY, Refusal.MESSAGE_MALFORMED, "a message that is none", size);
            return;
        }
        Optional<UUID> id = MessageIds.parse(message.getId());
        if (id.isEmpty()) {
            refuse(ByteString.EMPTY, Refusal.MESSAGE_MALFORMED, "a message whose id has not 16 bytes", size);
            return;
        }
        Optional<TrustedPeer> peer = connection.trusted();
        if (peer.isEmpty()) {
            end(Status.PERMISSION_DENIED);
            return;
        }
        if (!message.getFrom().equals(connection.peer())) {
            refuse(message.getId(), Refusal.FOREIGN_SENDER, "a message from another registry than its own", size);
        } else if (!message.getTo().equals(self)) {
            refuse(message.getId(), Refusal.FOREIGN_RECEIVER, "a message to another registry", size);
        } else if (!peer.get()
                .signed(SignedBytes.MESSAGE.of(bytes), signed.getSignature().toByteArray())) {
            refuse(message.getId(), Refusal.BAD_SIGNATURE, "a message not signed by its key", size);
        } else if (message.getProtocol() != MessageSigner.PROTOCOL) {
            refuse(message.getId(), Refusal.UNKNOWN_PROTOCOL, "a message of another protocol version", size);
        } else if (message.getBodyCase() == Message.BodyCase.BODY_NOT_SET) {
            refuse(message.getId(), Refusal.UNKNOWN_BODY, "a message without a body known here", size);
        } else {
            metrics.received.increment();
            metrics.heard();
            decide(new ReceivedMessage(connection.peer(), id.get(), message, SignedBytes.sha256(bytes)), size);
        }
    }

    private void decide(ReceivedMessage message, int size) {
        if (!share.tryAcquire()) {
            metrics.refused(Refusal.OVERLOADED, "more messages than are decided at once");
            answer(Answers.undecided(message.id(), "OVERLOADED"), size);
            return;
        }
        CompletionStage<Answer> stage;
        try {
            stage = inbox.receive(message);
        } catch (RuntimeException e) {
            share.release();
            answerUnavailable(message, e, size);
            return;
        }
        stage.whenComplete((answer, failure) -> {
            share.release();
            if (failure != null || answer == null) {
                answerUnavailable(message, failure, size);
            } else {
                answer(answer, size);
            }
        });
    }

    /// Whatever went wrong inside, to the peer it is "no answer": it asks again.
    private void answerUnavailable(ReceivedMessage message, @Nullable Throwable failure, int size) {
        if (metrics.refused(Refusal.UNAVAILABLE, "message " + message.id() + " could not be decided")) {
            log.warn("message {} of {} could not be decided", message.id(), message.peer(), failure);
        }
        answer(Answers.undecided(message.id(), "UNAVAILABLE"), size);
    }

    /// Whoever sends nothing but what is refused costs a signature check for each, and nobody needs its stream.
    private void refuse(ByteString id, Refusal why, String what, int size) {
        metrics.messageRefused(why, "it sent " + what);
        answer(Answers.undecided(id, told(why)), size);
        if (!patience.take()) {
            metrics.refused(Refusal.TOO_MUCH_REFUSED, "its stream ends");
            end(Status.RESOURCE_EXHAUSTED.withDescription("too many messages were refused"));
        }
    }

    private static String told(Refusal why) {
        return switch (why) {
            case FOREIGN_SENDER, FOREIGN_RECEIVER, BAD_SIGNATURE -> "MESSAGE_REFUSED";
            default -> "MESSAGE_UNREADABLE";
        };
    }

    private void answer(Answer answer, int size) {
        lock.lock();
        try {
            unanswered--;
            unansweredBytes -= size;
            if (ended) {
                return;
            }
            call.sendMessage(answer);
            askForMore();
            endWhenAnswered();
        } finally {
            lock.unlock();
        }
    }

    private void askForMore() {
        if (ended || draining || halfClosed || asked > AHEAD / 2 || unansweredBytes > BUDGET || !call.isReady()) {
            return;
        }
        int more = Math.min(AHEAD, WINDOW - unanswered) - asked;
        if (more > 0) {
            asked += more;
            call.request(more);
        }
    }

    private void endWhenAnswered() {
        if (!ended && unanswered == 0 && (halfClosed || draining)) {
            ended = true;
            call.close(halfClosed ? Status.OK : Status.UNAVAILABLE.withDescription("SHUTTING_DOWN"), new Metadata());
            onEnd.run();
        }
    }
}
