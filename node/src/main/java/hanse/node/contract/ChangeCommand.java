package hanse.node.contract;

import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/// One of its two parties changes a contract: here, or where a peer keeps it. The answer is the contract as it then
/// stands, or as it is known here.
///
/// @param peers contracts with agents of peers, if there are any
/// @param keys callers' present keys
record ChangeCommand(
        Call asked,
        Changes changes,
        Optional<PeerContracts> peers,
        Function<Caller.Agent, Ed25519Key> keys,
        UUID id,
        Change change)
        implements Command<hanse.contract.v1.Contract> {
    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        rows.want(changes.store(), id);
        change.rows(rows, changes.money());
        peers.ifPresent(known -> known.mirrorRows(rows, id));
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        rows.get(changes.store(), id).ifPresent(contract -> change.accounts(contract, wanted, changes.money()));
    }

    @Override
    public hanse.contract.v1.Contract decide(Books books) {
        boolean isElsewhere = books.rows().get(changes.store(), id).isEmpty()
                && peers.filter(known -> known.isMirrored(books.rows(), id)).isPresent();
        if (isElsewhere && asked.caller() instanceof Caller.Agent agent) {
            return peers.orElseThrow().relay(books, id, asked, change, keys.apply(agent), agent.authVersion());
        }
        Contract changed =
                changes.carryOut(books, id, changes.parties().did(asked.agent()), change, false, asked.traceparent());
        return ContractWire.basic(changed, changes.parties());
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
