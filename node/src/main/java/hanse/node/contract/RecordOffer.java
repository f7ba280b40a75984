package hanse.node.contract;

import hanse.federation.v1.Outcome;
import hanse.node.federation.Outgoing;
import hanse.node.federation.PeerMessages;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Records what the provider's registry says to a proposal: one that it cannot show to its agent is declined. A repeat
/// changes nothing.
record RecordOffer(Changes changes, PeerMessages messages, Outgoing asked, Outcome outcome)
        implements InternalCommand<Boolean> {
    @Override
    public void rows(Rows rows) {
        rows.want(changes.store(), id());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {}

    @Override
    public Boolean decide(Books books) {
        messages.answered(books, asked);
        Optional<Contract> open = books.rows()
                .get(changes.store(), id())
                .filter(contract -> outcome.hasRefused() && contract.state() == Contract.State.PROPOSED);
        open.ifPresent(contract -> changes.record(
                books,
                contract.declined(outcome.getRefused().getReason(), books.now()),
                EntryKind.CONTRACT_DECLINED,
                ""));
        return open.isPresent();
    }

    private UUID id() {
        return UUID.fromString(asked.message().getOfferContract().getContract().getContractId());
    }
}
