package hanse.node.audit;

import hanse.node.audit.CheckpointStore.Stored;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.util.List;
import java.util.Optional;

/// Makes signed checkpoints, and finds the newest.
public final class Checkpoints {
    private final Database database;
    private final Ledger ledger;
    private final RegistryId registry;
    private final Signer signer;
    private final CheckpointStore store = new CheckpointStore();

    /// A checkpoint with its signature over [Checkpoint#text].
    record Signed(Checkpoint checkpoint, byte[] signature) {}

    public Checkpoints(Database database, Ledger ledger, RegistryId registry, Signer signer) {
        this.database = database;
        this.ledger = ledger;
        this.registry = registry;
        this.signer = signer;
    }

    /// Makes a checkpoint unless the journal has not grown since the newest one. To be called every minute, by any
    /// number of processes: of two that make the same number one gives way. Says whether it made one.
    public boolean make() {
        return database.write(tx -> {
            // The number first, then the heads: whoever takes a number has read heads at least as new as those before
            // it.
            Optional<Signed> last = newest(tx);
            List<Ledger.Head> heads = ledger.heads(tx);
            if (heads.isEmpty()
                    || last.filter(l -> l.checkpoint().hasHeads(heads)).isPresent()) {
                return false;
            }
            long number = last.map(l -> l.checkpoint().number()).orElse(0L) + 1;
            Checkpoint checkpoint = new Checkpoint(registry, number, tx.now(), heads);
            byte[] text = checkpoint.text();
            return store.insert(tx, new Stored(number, text, signer.sign(text)));
        });
    }

    /// The newest checkpoint.
    Optional<Signed> newest() {
        return database.read(this::newest);
    }

    private Optional<Signed> newest(Tx tx) {
        return store.newest(tx)
                .map(stored -> new Signed(
                        Checkpoint.parse(stored.body())
                                .orElseThrow(() -> new IllegalStateException("the newest checkpoint cannot be read")),
                        stored.signature()));
    }
}
