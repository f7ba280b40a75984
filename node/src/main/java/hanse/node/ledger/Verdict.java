package hanse.node.ledger;

import hanse.node.call.RefusedException;
import hanse.node.call.Request;

/// How one command of a batch ended; told after the commit.
sealed interface Verdict {
    /// @param replayed the answer is a remembered one
    record Answered(Object answer, boolean replayed) implements Verdict {}

    record Refused(RefusedException refusal, boolean replayed) implements Verdict {}

    /// It was never decided, and nothing of it is remembered: its caller may not ask, or not so.
    record TurnedAway(RefusedException refusal) implements Verdict {}

    /// The same request stands earlier in the batch: its verdict is this one's.
    record Joined(Pending<?> first, Request request) implements Verdict {}
}
