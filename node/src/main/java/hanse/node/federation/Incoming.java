package hanse.node.federation;

import hanse.federation.v1.Message;
import hanse.node.call.RegistryId;
import hanse.node.call.Trace;
import java.util.UUID;

/// A message that the peer signed, for us.
public record Incoming(RegistryId peer, UUID id, Message message) {
    /// The trace that it goes on with; empty when it names none that can be read. What else a peer may have written
    /// there is not passed on.
    public String traceparent() {
        return Trace.isValid(message.getTraceparent()) ? message.getTraceparent() : "";
    }
}
