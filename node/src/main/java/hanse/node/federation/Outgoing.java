package hanse.node.federation;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Message;
import hanse.node.call.RegistryId;
import java.util.UUID;

/// A message of ours to a peer. It exists from the commit that decides to send it to the one that records its outcome.
public record Outgoing(RegistryId peer, UUID id, Message message) {
    static Outgoing parse(RegistryId peer, UUID id, byte[] message) {
        try {
            return new Outgoing(peer, id, Message.parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message of our own cannot be read", e);
        }
    }
}
