package hanse.node.contract;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import java.util.Optional;
import java.util.UUID;

/// Proposes a contract.
///
/// @param terms as the contractor has signed them
record CreateCommand(Call asked, Parties parties, ContractStore store, ContractMoney money, SignedTerms terms)
        implements Command<hanse.contract.v1.Contract> {
    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(store, id());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        if (parties.isLocal(provider())) {
            wanted.account(AccountId.of(provider().agent()));
        }
    }

    @Override
    public hanse.contract.v1.Contract decide(Books books) {
        Agreement agreement = Proposal.read(terms, parties.self(), asked.agent(), books.now());
        if (books.rows().get(store, id()).isPresent()) {
            throw new RefusedException(Reason.CONTRACT_ID_TAKEN);
        }
        if (!parties.isLocal(agreement.provider())) {
            throw new RefusedException(Reason.FOREIGN_AGENT);
        }
        books.activeAgent(agreement.provider().agent());
        Contract contract = Contract.proposed(agreement, Proposal.milestones(agreement.terms()));
        contract.milestones().forEach(money::requirePayable);
        books.rows().insert(store, id(), contract);
        books.post(
                Posting.event(EntryKind.CONTRACT_PROPOSED, id(), "").between(ChangeCommand.known(contract, parties)));
        return ContractWire.basic(contract, parties);
    }

    private UUID id() {
        return UUID.fromString(terms.terms().getContractId());
    }

    private Did provider() {
        return Did.parse(terms.terms().getProvider());
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
