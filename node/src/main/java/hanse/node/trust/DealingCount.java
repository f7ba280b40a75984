package hanse.node.trust;

import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.storage.Database;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts settled dealings, a little after the fact: walks each lane of the journal and remembers how far it came in
/// the transaction that counts. So each dealing is counted once, whoever dies or counts at the same time.
public final class DealingCount {
    /// Entries in one transaction.
    private static final int STRETCH = 20_000;

    /// Stretches of a lane in one round, so that a long way to catch up leaves room for others.
    private static final int AT_ONCE = 25;

    private final Database database;
    private final Ledger ledger;
    private final TrustRowStore rows;
    private final PeerTrustStore peers;
    private final List<Dealings> sources;
    private final int stretch;
    private final TrustProgressStore progress = new TrustProgressStore();

    public DealingCount(
            Database database, Ledger ledger, LocalTrust trust, PeerTrusts peers, List<? extends Dealings> sources) {
        this(database, ledger, trust, peers, sources, STRETCH);
    }

    DealingCount(
            Database database,
            Ledger ledger,
            LocalTrust trust,
            PeerTrusts peers,
            List<? extends Dealings> sources,
            int stretch) {
        this.database = database;
        this.ledger = ledger;
        this.rows = trust.store();
        this.peers = peers.store();
        this.sources = List.copyOf(sources);
        this.stretch = stretch;
    }

    /// Counts what was settled since the last time. To be called every few seconds.
    public void run() {
        Map<Integer, Long> read = database.read(progress::all);
        for (Ledger.Head head : database.read(ledger::heads)) {
            if (head.number() > read.getOrDefault(head.lane(), 0L)) {
                walk(head.lane());
            }
        }
    }

    private void walk(int lane) {
        boolean more = true;
        for (int i = 0; more && i < AT_ONCE; i++) {
            more = database.write(tx -> step(tx, lane));
        }
    }

    /// Counts one stretch, if there is one; says whether there may be more.
    private boolean step(Tx tx, int lane) {
        long after = progress.lock(tx, lane);
        // Read under the lock: what another process has counted since is behind us.
        long head = progress.head(tx, lane);
        long last = Math.min(head, after + stretch);
        if (last <= after) {
            return false;
        }
        Position from = Position.at(lane, after);
        Position to = Position.at(lane, last);
        Map<TrustRow.Pair, TrustRow> counted = new HashMap<>();
        for (Dealings source : sources) {
            for (Dealings.Dealt dealt : source.settled(tx, from, to)) {
                counted.merge(
                        dealt.pair(),
                        new TrustRow(dealt.pair(), 0, 0, dealt.count()),
                        (one, other) -> new TrustRow(one.pair(), 0, 0, one.dealings() + other.dealings()));
            }
        }
        Pipeline writes = tx.pipeline();
        rows.add(writes, List.copyOf(counted.values()));
        peers.add(writes, peers.ended(tx, from, to));
        writes.run();
        progress.moveTo(tx, lane, last);
        return last < head;
    }
}
