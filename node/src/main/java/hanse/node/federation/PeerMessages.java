package hanse.node.federation;

import hanse.federation.v1.Message;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Books;
import hanse.peer.MessageSigner;
import hanse.peer.PeerServer;
import java.util.UUID;
import java.util.function.Consumer;

/// How a capability sends a message to a peer: decided in a transaction, sent after its commit, gone when its outcome
/// is recorded.
public final class PeerMessages {
    private final MessageSigner signer;
    private final OutboxStore store;
    private final PeerOutbox outbox;

    PeerMessages(MessageSigner signer, OutboxStore store, PeerOutbox outbox) {
        this.signer = signer;
        this.store = store;
        this.outbox = outbox;
    }

    /// Decides to send a message. It goes out when that is committed, or, if the process dies before, is found by
    /// itself.
    ///
    /// @param id new: a request's own, or one that a locked row vouches for
    /// @param traceparent of the call that causes it; may be empty
    public void send(Books books, RegistryId to, UUID id, String traceparent, Consumer<Message.Builder> body) {
        Message.Builder message = signer.message(to.value(), id, traceparent);
        body.accept(message);
        Outgoing outgoing = new Outgoing(to, id, message.build());
        if (outgoing.message().getSerializedSize() > PeerServer.MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("a message of ours is larger than peers accept");
        }
        store.send(books.rows(), outgoing);
        books.afterCommit(() -> outbox.committed(outgoing));
    }

    /// The outcome of a message is recorded in this batch.
    public void answered(Books books, Outgoing message) {
        store.answered(books.rows(), message.peer(), message.id());
    }
}
