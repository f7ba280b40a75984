package hanse.peer;

import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedOutcome;
import java.util.UUID;

/// An outcome of which is proven that the peer signed it, for us, about exactly the message that we sent.
///
/// @param peer who decided
/// @param id the message's id
/// @param outcome what was decided; its result is present
/// @param signed the proof, to be kept
public record VerifiedOutcome(String peer, UUID id, Outcome outcome, SignedOutcome signed) {}
