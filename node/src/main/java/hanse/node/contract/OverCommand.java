package hanse.node.contract;

import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Does what happens to a contract by itself: a proposal expires, what is in escrow goes back. A repeat finds nothing
/// to do.
record OverCommand(Changes changes, UUID id) implements InternalCommand<Boolean> {
    @Override
    public void rows(Rows rows) {
        rows.want(changes.store(), id);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        rows.get(changes.store(), id).ifPresent(contract -> changes.money().returnAccounts(contract, wanted));
    }

    /// Whether there was something to do.
    @Override
    public Boolean decide(Books books) {
        Optional<Contract> found =
                books.rows().get(changes.store(), id).filter(contract -> contract.isDue(books.now()));
        if (found.isEmpty()) {
            return false;
        }
        Contract contract = found.get();
        Contract over = contract.over(books.now());
        changes.money().giveBack(contract, books);
        books.rows().update(changes.store(), id, over);
        if (over.state() != contract.state()) {
            EntryKind kind =
                    over.state() == Contract.State.EXPIRED ? EntryKind.CONTRACT_EXPIRED : EntryKind.CONTRACT_CANCELLED;
            changes.event(books, over, kind, "");
        }
        changes.tell(books, contract, over, "");
        return true;
    }
}
