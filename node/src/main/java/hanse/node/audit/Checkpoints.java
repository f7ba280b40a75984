package hanse.node.audit;

import hanse.node.audit.CheckpointStore.Stored;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Makes signed checkpoints, and finds the newest.
public final class Checkpoints {
    private static final Duration USUAL = Duration.ofMinutes(1);

    /// Whoever asks for a receipt may have a checkpoint made before its time, but no more often than this.
    private static final Duration EARLIEST = Duration.ofSeconds(10);

    /// A receipt names every block from its entry's to the checkpoint: under load there are more checkpoints.
    private static final long MOST_BLOCKS = 4_096;

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

    /// Makes a checkpoint if the newest one is a minute old, or some lane has grown by 4,096 blocks. To be called every
    /// few seconds.
    public boolean makeIfDue() {
        boolean due = database.read(tx -> {
            Optional<Checkpoint> last = newest(tx).map(Signed::checkpoint);
            return last.isEmpty()
                    || !last.get().at().plus(USUAL).isAfter(tx.now())
                    || last.get().grownTo(ledger.heads(tx)) >= MOST_BLOCKS;
        });
        return due && make();
    }

    /// Makes a checkpoint before its time. Says how long to wait until that may be done, if it may not now.
    Optional<Duration> makeEarly() {
        Optional<Duration> wait = database.read(tx -> newest(tx)
                .map(last -> Duration.between(tx.now(), last.checkpoint().at().plus(EARLIEST)))
                .filter(Duration::isPositive));
        if (wait.isEmpty()) {
            make();
        }
        return wait;
    }

    /// Makes a checkpoint unless the journal has not grown since the newest one. By any number of processes: of two
    /// that make the same number one gives way. Says whether it made one.
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

    /// Its signature by today's key, which need not be the one that signed it when it was made.
    byte[] sign(Checkpoint checkpoint) {
        return signer.sign(checkpoint.text());
    }

    /// The newest checkpoint.
    Optional<Signed> newest() {
        return database.look(this::newest);
    }

    /// The oldest checkpoint that covers a lane's block; empty when none does yet. Later checkpoints have later heads,
    /// so it is found by halving.
    Optional<Signed> covering(Tx tx, int lane, long block) {
        long highest = store.newest(tx).map(Stored::number).orElse(0L);
        Optional<Signed> found = Optional.empty();
        for (long low = 1, high = highest; low <= high; ) {
            long middle = low + (high - low) / 2;
            Signed signed = store.find(tx, middle)
                    .map(Checkpoints::read)
                    .orElseThrow(() -> new IllegalStateException("checkpoint " + middle + " is missing"));
            if (signed.checkpoint().lane(lane).map(Ledger.Head::block).orElse(0L) >= block) {
                found = Optional.of(signed);
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return found;
    }

    private Optional<Signed> newest(Tx tx) {
        return store.newest(tx).map(Checkpoints::read);
    }

    private static Signed read(Stored stored) {
        return new Signed(
                Checkpoint.parse(stored.body())
                        .orElseThrow(
                                () -> new IllegalStateException("checkpoint " + stored.number() + " cannot be read")),
                stored.signature());
    }
}
