package hanse.node.contract;

import hanse.node.call.Parties;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Does what happens to a contract by itself: a proposal expires, what is in escrow goes back. Answers whether it did;
/// a
/// repeat finds nothing to do.
record OverCommand(Parties parties, ContractStore store, ContractMoney money, UUID id)
        implements InternalCommand<Boolean> {
    @Override
    public void rows(Rows rows) {
        rows.want(store, id);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        rows.get(store, id).ifPresent(contract -> money.returnAccounts(contract, wanted));
    }

    @Override
    public Boolean decide(Books books) {
        Optional<Contract> found = books.rows().get(store, id).filter(contract -> contract.isDue(books.now()));
        if (found.isEmpty()) {
            return false;
        }
        Contract contract = found.get();
        Contract over = contract.over(books.now());
        money.giveBack(contract, books);
        books.rows().update(store, id, over);
        if (over.state() != contract.state()) {
            EntryKind kind =
                    over.state() == Contract.State.EXPIRED ? EntryKind.CONTRACT_EXPIRED : EntryKind.CONTRACT_CANCELLED;
            books.post(Posting.event(kind, id, "").between(ChangeCommand.known(over, parties)));
        }
        return true;
    }
}
