package hanse.peer;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/// Where the node keeps the messages it has to send until each has its outcome. Methods run on virtual threads and may
/// block.
public interface Outbox {
    /// Messages to a peer that have no outcome, the oldest first. Those that are in flight or wait to be tried again
    /// may be among them: the pump knows them.
    ///
    /// @param limit at most this many
    List<OutgoingMessage> due(String peer, int limit);

    /// The peer decided nothing: the pump sends the message again at `retryAt`, which is its own memory.
    ///
    /// @param reason as the peer gave it, such as `UNAVAILABLE`; upper case, at most 64 characters
    void undecided(String peer, UUID id, String reason, Instant retryAt);

    /// The peer decided. Completes when that is durable; a failed stage makes the pump ask the peer again. May come
    /// more than once for one message, always with the same decision.
    CompletionStage<Void> decided(String peer, VerifiedOutcome outcome);

    /// A message was left undecided so often, for a reason that is its own, that trying on is of no use for now.
    /// If this returns true it is not sent again until [#due] gives it out anew. Never throws away anything; may
    /// block.
    default boolean setAside(String peer, UUID id, String reason) {
        return false;
    }
}
