package hanse.node.contract;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.ledger.Rows;
import hanse.node.malpractice.RealDealing;
import hanse.node.malpractice.Reportable;
import hanse.node.storage.Tx;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Contracts as dealings of which malpractice may be reported, by either side: from the acceptance on.
final class ReportableContract implements Reportable {
    private final ContractStore store;
    private final MirrorStore mirrors = new MirrorStore();
    private final Parties parties;

    ReportableContract(ContractStore store, Parties parties) {
        this.store = store;
        this.parties = parties;
    }

    @Override
    public Kind kind() {
        return Kind.CONTRACT;
    }

    @Override
    public Optional<RealDealing> find(Tx tx, UUID id, AgentId party) {
        Did caller = parties.did(party);
        return store.find(tx, id)
                .map(this::kept)
                .or(() -> mirrors.find(tx, id).map(this::mirrored))
                .filter(dealing ->
                        dealing.one().equals(caller) || dealing.other().equals(caller));
    }

    @Override
    public void rows(Rows rows, UUID id, Did foreign, AgentId local) {
        rows.want(store, id);
        rows.want(mirrors, id);
    }

    @Override
    public Optional<RealDealing> find(Rows rows, UUID id, Did foreign, AgentId local) {
        return rows.get(store, id)
                .map(this::kept)
                .or(() -> rows.get(mirrors, id).map(this::mirrored));
    }

    private RealDealing kept(Contract contract) {
        return new RealDealing(
                parties.did(contract.agreement().contractor()),
                contract.agreement().provider(),
                contract.standing().acceptedAt().isPresent(),
                contract.standing().endedAt());
    }

    private RealDealing mirrored(Mirror mirror) {
        return new RealDealing(mirror.contractor(), parties.did(mirror.provider()), mirror.accepted(), endedAt(mirror));
    }

    private static Optional<Instant> endedAt(Mirror mirror) {
        return mirror.shown().hasEndedAt() ? WireTime.read(mirror.shown().getEndedAt()) : Optional.empty();
    }
}
