package hanse.node.federation;

import hanse.federation.v1.Accepted;
import hanse.node.ledger.Books;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;

/// How one message of a peer is decided, in a batch with others: it asks for its rows, then for its accounts, then
/// decides.
/// The peer's [PeerPosition] is locked in any case.
public interface Decision {
    /// Asks for the domain rows it needs.
    default void rows(Rows rows) {}

    /// Asks for the accounts it needs; its rows are locked by now.
    default void accounts(Rows rows, Wanted wanted) {}

    /// Does what is asked. A [hanse.node.call.RefusedException] before the first change is the outcome, for good.
    Accepted decide(Books books);
}
