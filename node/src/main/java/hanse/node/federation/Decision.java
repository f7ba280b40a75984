package hanse.node.federation;

import hanse.federation.v1.Accepted;
import hanse.federation.v1.Refused;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;

/// How one message of a peer is decided, in a batch with others: it asks for its rows, then for its accounts, then
/// decides.
/// The peer's [PeerPosition] is locked in any case.
public interface Decision {
    /// What becomes the outcome, for good.
    sealed interface Verdict {
        /// Done.
        record Done(Accepted accepted) implements Verdict {}

        /// Not done, with more to say than a reason.
        record Declined(Refused refused) implements Verdict {}
    }

    /// Done, and nothing to say about it.
    Verdict DONE = new Verdict.Done(Accepted.getDefaultInstance());

    /// Asks for the domain rows it needs.
    default void rows(Rows rows) {}

    /// Asks for the accounts it needs; its rows are locked by now.
    default void accounts(Rows rows, Wanted wanted) {}

    /// Does what is asked. A [hanse.node.call.RefusedException] before the first change is a verdict, too.
    Verdict decide(Books books);
}
