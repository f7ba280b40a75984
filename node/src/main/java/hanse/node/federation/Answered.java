package hanse.node.federation;

import hanse.node.ledger.Books;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;

/// The outcome of a message of ours that needs nothing more.
public record Answered(PeerMessages messages, Outgoing asked) implements InternalCommand<Boolean> {
    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Boolean decide(Books books) {
        messages.answered(books, asked);
        return true;
    }
}
