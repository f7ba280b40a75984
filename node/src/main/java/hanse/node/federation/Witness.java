package hanse.node.federation;

import hanse.wire.journal.CheckpointText;
import hanse.wire.journal.CheckpointText.Head;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// The newest checkpoint of a peer, and what a later one says against it. Pure.
///
/// @param alarm how the peer has contradicted itself; the checkpoint stays as it is then
record Witness(SealedCheckpoint kept, Instant receivedAt, Optional<String> alarm) {
    /// A checkpoint on its way may be overtaken by its successor, but not by more than a call takes.
    private static final Duration OVERTAKEN = Duration.ofSeconds(10);

    /// What a checkpoint is to one that was received before it.
    sealed interface Verdict {
        /// It continues the other.
        record Newer() implements Verdict {}

        /// It is the same, or was overtaken.
        record Known() implements Verdict {}

        /// The peer cannot have made both with one journal.
        record Contradiction(String words) implements Verdict {}
    }

    Verdict judge(SealedCheckpoint offered, Instant now) {
        CheckpointText before = kept.read();
        CheckpointText after = offered.read();
        if (after.number() < before.number()) {
            return now.isBefore(receivedAt.plus(OVERTAKEN))
                    ? new Verdict.Known()
                    : new Verdict.Contradiction("its newest checkpoint is " + after.number() + ", and was "
                            + before.number() + ": its journal was rolled back");
        }
        if (after.number() == before.number()) {
            return Arrays.equals(offered.text(), kept.text())
                    ? new Verdict.Known()
                    : new Verdict.Contradiction("there are two of its checkpoint " + after.number());
        }
        for (Head old : before.heads()) {
            Optional<String> fault = contradiction(old, after);
            if (fault.isPresent()) {
                return new Verdict.Contradiction("in its checkpoint " + after.number() + " lane " + old.lane() + " "
                        + fault.get() + " since checkpoint " + before.number());
            }
        }
        return new Verdict.Newer();
    }

    private static Optional<String> contradiction(Head old, CheckpointText after) {
        Optional<Head> found = after.lane(old.lane());
        if (found.isEmpty()) {
            return Optional.of("is gone");
        }
        Head head = found.get();
        if (head.block() < old.block() || head.entries() < old.entries()) {
            return Optional.of("has shrunk from " + old.entries() + " to " + head.entries() + " entries");
        }
        boolean same = head.block() == old.block();
        if (same && (head.entries() != old.entries() || !Arrays.equals(head.hash(), old.hash()))) {
            return Optional.of("has another head");
        }
        return !same && head.entries() == old.entries()
                ? Optional.of("has more blocks, but no more entries")
                : Optional.empty();
    }
}
