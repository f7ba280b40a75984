package hanse.node.federation;

import hanse.federation.v1.Message;
import hanse.node.call.RegistryId;
import java.util.UUID;

/// A message that the peer signed, for us.
public record Incoming(RegistryId peer, UUID id, Message message) {}
