package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.federation.v1.ContractChanged;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.MessageId;
import hanse.node.federation.PeerMessages;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.TradeParties;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/// How a change of a contract is carried out at the registry that keeps it, whoever asks for it.
///
/// @param messages to peers, if there are any
record Changes(Parties parties, ContractStore store, ContractMoney money, Optional<PeerMessages> messages) {

    /// Carries out a change by one of the parties. Refuses with `UNKNOWN_CONTRACT` a stranger, with `NOT_YOURS` the
    /// wrong side, and with the change's own reasons.
    ///
    /// @param relayed whether the provider's registry has asked for it, and learns of it by its answer
    Contract carryOut(Books books, UUID id, Did actor, Change change, boolean relayed, String traceparent) {
        Contract contract =
                books.rows().get(store, id).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        Side side =
                contract.sideOf(actor, parties.self()).orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CONTRACT));
        if (change.by().filter(may -> may != side).isPresent()) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        Contract next = change.apply(contract, side, books, money, traceparent);
        record(books, next, change.kind(), change.note(next));
        if (next.state() != contract.state() && next.state() == Contract.State.CANCELLED) {
            event(books, next, EntryKind.CONTRACT_CANCELLED, "");
        }
        if (!relayed) {
            tell(books, contract, next, traceparent);
        }
        return next;
    }

    /// Keeps a changed contract and says in the journal what has happened; the parties here may know.
    void record(Books books, Contract changed, EntryKind kind, String note) {
        books.rows().update(store, changed.id(), changed);
        event(books, changed, kind, note);
        if (changed.state() == Contract.State.COMPLETED) {
            event(books, changed, EntryKind.CONTRACT_COMPLETED, "");
        }
    }

    void event(Books books, Contract contract, EntryKind kind, String note) {
        Did provider = contract.agreement().provider();
        Optional<AgentId> here = parties.isLocal(provider) ? Optional.of(provider.agent()) : Optional.empty();
        books.post(Posting.event(kind, contract.id(), note)
                .between(new TradeParties(Optional.of(contract.agreement().contractor()), here)));
    }

    /// Decides to tell the provider's registry, if that is a peer.
    void tell(Books books, Contract before, Contract changed, String traceparent) {
        Optional<RegistryId> peer = changed.providerRegistry(parties.self());
        if (peer.isEmpty() || messages.isEmpty()) {
            return;
        }
        ContractChanged message = ContractChanged.newBuilder()
                .setContract(ContractWire.since(before, changed, parties))
                .build();
        UUID cause = cause(changed);
        messages.get()
                .send(
                        books,
                        peer.get(),
                        MessageId.of(books.now(), cause),
                        traceparent,
                        body -> body.setContractChanged(message));
    }

    /// The version is new, under the lock of the contract's row.
    private static UUID cause(Contract changed) {
        return MessageId.hash(ByteBuffer.allocate(24)
                .putLong(changed.id().getMostSignificantBits())
                .putLong(changed.id().getLeastSignificantBits())
                .putLong(changed.version()));
    }
}
