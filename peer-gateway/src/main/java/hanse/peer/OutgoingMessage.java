package hanse.peer;

import hanse.federation.v1.SignedMessage;
import java.util.UUID;

/// A message of ours that is committed and has no outcome yet.
///
/// @param id as in the message
/// @param signed signed once, sent unchanged at every repeat
public record OutgoingMessage(UUID id, SignedMessage signed) {}
