package hanse.node.audit;

import hanse.node.audit.CheckpointStore.Stored;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Chain;
import hanse.node.ledger.Ledger;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every checkpoint: signed by this registry, numbered without gaps, and each of its heads in the chains, which are
/// sound by now. So what a checkpoint once covered is still there.
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

    private void requireHeads(List<Checkpoint> some) throws Fault.Found {
        List<Ledger.Head> wanted = some.stream()
                .flatMap(checkpoint -> checkpoint.heads().stream())
                .filter(head -> head.block() > 0)
                .toList();
        Map<List<Long>, Ledger.Head> found = store.heads(tx, wanted);
        for (Checkpoint checkpoint : some) {
            for (Ledger.Head head : checkpoint.heads()) {
                Ledger.Head there = head.block() == 0
                        ? new Ledger.Head(head.lane(), 0, 0, new byte[Chain.HASH_LENGTH])
                        : found.get(List.of((long) head.lane(), head.block()));
                if (there == null || there.number() != head.number() || !Arrays.equals(there.hash(), head.hash())) {
                    throw new Fault.Found(Fault.checkpoint(
                            checkpoint.number(),
                            "covers block " + head.lane() + "/" + head.block() + ", which is "
                                    + (there == null ? "gone" : "another one now")));
                }
            }
        }
    }
}
