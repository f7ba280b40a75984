package hanse.peer;

import com.google.protobuf.ByteString;
import hanse.certs.SigningKey;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedMessage;
import hanse.federation.v1.SignedOutcome;
import java.util.UUID;

/// Signs what this registry says to its peers. What is stored is the content: a message is signed when it is sent, an
/// outcome at each answer, and Ed25519 gives the same signature every time.
public final class MessageSigner {
    /// The version of the peer protocol that this node speaks.
    public static final int PROTOCOL = 1;

    /// Whether a node whose highest version this is understands one of ours: each speaks its own and the one before,
    /// and they use the lower of the two.
    public static boolean isNeighbour(int protocol) {
        return protocol >= 1 && protocol >= PROTOCOL - 1 && protocol <= PROTOCOL + 1;
    }

    private final String self;
    private final SigningKey key;

    /// @param self this registry's id
    public MessageSigner(String self, SigningKey key) {
        this.self = self;
        this.key = key;
    }

    /// A message of ours to a peer, complete but for its body.
    ///
    /// @param traceparent W3C trace context of the request that caused it; may be empty
    public Message.Builder message(String to, UUID id, String traceparent) {
        return Message.newBuilder()
                .setFrom(self)
                .setTo(to)
                .setId(MessageIds.bytes(id))
                .setProtocol(PROTOCOL)
                .setTraceparent(traceparent);
    }

    /// @throws IllegalArgumentException when it is not from us, has no body or is larger than peers accept
    public SignedMessage sign(Message message) {
        ByteString bytes = message.toByteString();
        if (!message.getFrom().equals(self)
                || message.getBodyCase() == Message.BodyCase.BODY_NOT_SET
                || bytes.size() > PeerServer.MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("not a message of ours");
        }
        return SignedMessage.newBuilder()
                .setMessage(bytes)
                .setSignature(ByteString.copyFrom(key.sign(SignedBytes.MESSAGE.of(bytes))))
                .build();
    }

    /// @throws IllegalArgumentException when it is not ours or has no result
    public SignedOutcome sign(Outcome outcome) {
        if (!outcome.getFrom().equals(self) || outcome.getResultCase() == Outcome.ResultCase.RESULT_NOT_SET) {
            throw new IllegalArgumentException("not an outcome of ours");
        }
        ByteString bytes = outcome.toByteString();
        return SignedOutcome.newBuilder()
                .setOutcome(bytes)
                .setSignature(ByteString.copyFrom(key.sign(SignedBytes.OUTCOME.of(bytes))))
                .build();
    }
}
