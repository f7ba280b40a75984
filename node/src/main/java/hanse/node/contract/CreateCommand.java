package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import java.util.Optional;
import java.util.UUID;

/// Proposes a contract, also to an agent of a peer.
///
/// @param peers contracts with agents of peers, if there are any
/// @param terms as the contractor has signed them
record CreateCommand(Call asked, Changes changes, Optional<PeerContracts> peers, SignedTerms terms)
        implements Command<hanse.contract.v1.Contract> {
    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(changes.store(), id());
        peers.ifPresent(known -> known.mirrorRows(rows, id()));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        if (changes.parties().isLocal(provider())) {
            wanted.account(AccountId.of(provider().agent()));
        }
    }

    @Override
    public hanse.contract.v1.Contract decide(Books books) {
        Agreement agreement = Proposal.read(terms, changes.parties().self(), asked.agent(), books.now());
        boolean isTaken = books.rows().get(changes.store(), id()).isPresent()
                || peers.filter(known -> known.isMirrored(books.rows(), id())).isPresent();
        if (isTaken) {
            throw new RefusedException(Reason.CONTRACT_ID_TAKEN);
        }
        Contract contract = Contract.proposed(agreement, Proposal.milestones(agreement.terms()));
        Optional<RegistryId> peer = contract.providerRegistry(changes.parties().self());
        if (peer.isPresent()) {
            peers.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER)).requireActive(peer.get());
        } else {
            books.activeAgent(agreement.provider().agent());
        }
        contract.milestones().forEach(changes.money()::requirePayable);
        books.rows().insert(changes.store(), id(), contract);
        changes.event(books, contract, EntryKind.CONTRACT_PROPOSED, "");
        peer.ifPresent(registry -> peers.orElseThrow().offer(books, contract, registry, asked));
        return ContractWire.basic(contract, changes.parties());
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
        return Remembered.read(hanse.contract.v1.Contract.parser(), remembered);
    }
}
