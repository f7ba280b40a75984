package hanse.peer;

import hanse.federation.v1.Message;
import java.util.UUID;

/// A message of which is proven that the peer at the other end of the connection signed it, and for us. Whether its
/// parties fit the peer, and whether its id was used before for something else, is for the receiver to check.
///
/// @param peer who sent it
/// @param id its id, unique between the peer and us for ever
/// @param message what it says; the body is present, the protocol is ours
/// @param digest SHA-256 of the message's bytes, which the outcome has to name
public record ReceivedMessage(String peer, UUID id, Message message, byte[] digest) {}
