package hanse.node.ledger;

import hanse.node.storage.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The lanes that this process writes. The claim only spreads writers over lanes: two processes that believe they own
/// the same lane are slow, never wrong, because each batch locks its lane's row.
public final class Lanes implements AutoCloseable {
    /// A lane whose owner has not renewed for so long may be taken over.
    public static final Duration LEASE = Duration.ofSeconds(30);

    private static final int ATTEMPTS = 100;

    private final Database database;
    private final LedgerStore store = new LedgerStore();
    private final UUID owner;
    private final List<Integer> lanes = new ArrayList<>();

    /// Claims `count` lanes, free ones first, new ones otherwise.
    public Lanes(Database database, UUID owner, int count) {
        this.database = database;
        this.owner = owner;
        for (int i = 0; i < count; i++) {
            lanes.add(claim());
        }
    }

    /// The claimed lanes.
    public List<Integer> all() {
        return List.copyOf(lanes);
    }

    /// Keeps the claim; to be called well within [#LEASE].
    public void renew() {
        database.write(tx -> {
            store.renewLanes(tx, owner, tx.now().plus(LEASE));
            return lanes.size();
        });
    }

    /// Gives the lanes back.
    @Override
    public void close() {
        database.write(tx -> {
            store.releaseLanes(tx, owner);
            return lanes.size();
        });
    }

    private int claim() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Integer> lane = database.write(
                    tx -> store.takeOverLane(tx, owner, LEASE).or(() -> store.makeLane(tx, owner, LEASE)));
            if (lane.isPresent()) {
                return lane.get();
            }
        }
        throw new IllegalStateException("no lane could be claimed: too many processes start at once");
    }
}
