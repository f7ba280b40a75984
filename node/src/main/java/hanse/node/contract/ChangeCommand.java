package hanse.node.contract;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// One of its two parties changes a contract. The answer is the contract as it then stands.
record ChangeCommand(Call asked, Parties parties, ContractStore store, ContractMoney money, UUID id, Change change)
        implements Command<hanse.contract.v1.Contract> {
    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(store, id);
        change.rows(rows, money);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        rows.get(store, id).ifPresent(contract -> change.accounts(contract, wanted, money));
    }

    @Override
    public hanse.contract.v1.Contract decide(Books books) {
        Contract contract =
                books.rows().get(store, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        Side side = contract.sideOf(parties.did(asked.agent()), parties.self())
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        if (change.by().filter(may -> may != side).isPresent()) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        Contract changed = change.apply(contract, side, books, money);
        record(books, changed);
        return ContractWire.basic(changed, parties);
    }

    private void record(Books books, Contract changed) {
        books.rows().update(store, id, changed);
        TradeParties known = known(changed, parties);
        books.post(Posting.event(change.kind(), id, change.note(changed)).between(known));
        switch (changed.state()) {
            case COMPLETED ->
                books.post(Posting.event(EntryKind.CONTRACT_COMPLETED, id, "").between(known));
            case CANCELLED ->
                books.post(Posting.event(EntryKind.CONTRACT_CANCELLED, id, "").between(known));
            default -> {}
        }
    }

    /// Who learns of what happens to a contract: its parties, as far as they are of this registry.
    static TradeParties known(Contract contract, Parties parties) {
        Did provider = contract.agreement().provider();
        Optional<AgentId> here = parties.isLocal(provider) ? Optional.of(provider.agent()) : Optional.empty();
        return new TradeParties(Optional.of(contract.agreement().contractor()), here);
    }

    @Override
    public byte[] remember(hanse.contract.v1.Contract answer) {
        return answer.toByteArray();
    }

    @Override
    public hanse.contract.v1.Contract recall(byte[] remembered) {
        try {
            return hanse.contract.v1.Contract.parseFrom(remembered);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a remembered answer cannot be read", e);
        }
    }
}
