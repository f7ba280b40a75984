package hanse.node.audit;

import hanse.node.audit.CheckpointStore.Stored;
import hanse.node.call.RegistryId;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every checkpoint: signed by this registry, numbered without gaps, and each of its heads in the chains, which are
/// sound by now. So what a checkpoint once covered is still there. The same for those that peers keep.
final class CheckpointCheck {
    private static final int AT_ONCE = 500;

    private final AuditStore store;
    private final CheckpointStore checkpoints = new CheckpointStore();
    private final Tx tx;
    private final RegistryId registry;
    private final SignatureCheck signatures;

    CheckpointCheck(AuditStore store, Tx tx, RegistryId registry, SignatureCheck signatures) {
        this.store = store;
        this.tx = tx;
        this.registry = registry;
        this.signatures = signatures;
    }

    void run() throws Fault.Found {
        long number = 0;
        List<Checkpoint> some = new ArrayList<>();
        try (RowStream<Stored> stored = checkpoints.all(tx)) {
            while (stored.hasNext()) {
                number++;
                some.add(read(stored.next(), number));
                if (some.size() == AT_ONCE) {
                    requireHeads(some);
                    some.clear();
                }
            }
        }
        requireHeads(some);
        requireWitnessed();
    }

    private Checkpoint read(Stored stored, long expected) throws Fault.Found {
        if (stored.number() != expected) {
            throw new Fault.Found(Fault.checkpoint(expected, "is missing"));
        }
        if (!signatures.holds(stored.body(), stored.signature())) {
            throw new Fault.Found(Fault.checkpoint(expected, "is not signed by this registry"));
        }
        Optional<Checkpoint> checkpoint = Checkpoint.parse(stored.body());
        if (checkpoint.isEmpty()
                || checkpoint.get().number() != expected
                || !checkpoint.get().registry().equals(registry)) {
            throw new Fault.Found(Fault.checkpoint(expected, "is not what its signature is for"));
        }
        return checkpoint.get();
    }

    /// What peers keep of this registry's checkpoints, too.
    private void requireWitnessed() throws Fault.Found {
        for (CheckpointStore.Witnessed witnessed : checkpoints.witnessed(tx)) {
            long number = witnessed.checkpoint().number();
            if (signatures.holds(
                    witnessed.checkpoint().body(), witnessed.checkpoint().signature())) {
                Checkpoint kept = Checkpoint.parse(witnessed.checkpoint().body())
                        .orElseThrow(() -> new Fault.Found(Fault.checkpoint(number, "cannot be read")));
                Optional<String> fault = HeadCheck.of(store, tx, List.of(kept)).fault(kept);
                if (fault.isPresent()) {
                    throw new Fault.Found(
                            Fault.checkpoint(number, "as " + witnessed.peer() + " keeps it, " + fault.get()));
                }
            }
        }
    }

    private void requireHeads(List<Checkpoint> some) throws Fault.Found {
        HeadCheck heads = HeadCheck.of(store, tx, some);
        for (Checkpoint checkpoint : some) {
            Optional<String> fault = heads.fault(checkpoint);
            if (fault.isPresent()) {
                throw new Fault.Found(Fault.checkpoint(checkpoint.number(), fault.get()));
            }
        }
    }
}
