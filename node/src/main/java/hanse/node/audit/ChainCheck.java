package hanse.node.audit;

import hanse.node.audit.AuditStore.Block;
import hanse.node.audit.AuditStore.Line;
import hanse.node.ledger.Chain;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;

/// Every lane's chain: positions without gaps, each entry in one block, leaves, roots and heads. Streams the journal
/// and the blocks side by side and keeps one block's hashes.
final class ChainCheck {
    /// More than any batch can have; a block that claims more was not written by this registry.
    private static final long LARGEST_BLOCK = 4_000_000;

    private final AuditStore store;
    private final Tx tx;
    private final Histories histories;
    private final LongConsumer progress;
    private final Chain chain = new Chain();
    private final Map<Integer, UUID> secrets;
    private final Map<Integer, Ledger.Head> ends = new TreeMap<>();
    private long entries;

    /// @param histories is told of every entry
    ChainCheck(AuditStore store, Tx tx, Histories histories, LongConsumer progress) {
        this.store = store;
        this.tx = tx;
        this.histories = histories;
        this.progress = progress;
        this.secrets = store.secrets(tx);
    }

    void run() throws Fault.Found {
        try (RowStream<Line> journal = store.journal(tx);
                RowStream<Block> blocks = store.blocks(tx)) {
            while (blocks.hasNext()) {
                block(blocks.next(), journal);
            }
            if (journal.hasNext()) {
                throw new Fault.Found(Fault.journal(journal.next().position(), "is in no block"));
            }
        }
        lanes();
    }

    private void block(Block block, RowStream<Line> journal) throws Fault.Found {
        Ledger.Head before =
                ends.getOrDefault(block.lane(), new Ledger.Head(block.lane(), 0, 0, new byte[Chain.HASH_LENGTH]));
        if (block.number() != before.block() + 1) {
            throw new Fault.Found(Fault.block(block.lane(), before.block() + 1, "is missing"));
        }
        long first = Position.at(block.lane(), before.number() + 1).value();
        if (block.first() != first
                || block.last() < first
                || block.last() - first >= LARGEST_BLOCK
                || new Position(block.last()).lane() != block.lane()) {
            throw new Fault.Found(Fault.block(
                    block.lane(), block.number(), "its entries do not begin where those of the block before it end"));
        }
        if (!Arrays.equals(block.previous(), before.hash())) {
            throw new Fault.Found(
                    Fault.block(block.lane(), block.number(), "does not follow the head of the block before it"));
        }
        UUID secret = secrets.get(block.lane());
        if (secret == null) {
            throw new Fault.Found(Fault.lane(block.lane(), "is missing"));
        }
        List<byte[]> leaves = new ArrayList<>();
        for (long position = block.first(); position <= block.last(); position++) {
            leaves.add(chain.leaf(next(journal, position), secret));
        }
        byte[] root = chain.root(leaves);
        if (!Arrays.equals(block.root(), root)) {
            throw new Fault.Found(culprit(block));
        }
        byte[] head = chain.head(before.hash(), root);
        if (!Arrays.equals(block.head(), head)) {
            throw new Fault.Found(
                    Fault.block(block.lane(), block.number(), "its head is not the hash of what it covers"));
        }
        ends.put(
                block.lane(), new Ledger.Head(block.lane(), new Position(block.last()).number(), block.number(), head));
        progress.accept(entries);
    }

    private Entry next(RowStream<Line> journal, long expected) throws Fault.Found {
        Optional<Line> line = journal.hasNext() ? Optional.of(journal.next()) : Optional.empty();
        if (line.isEmpty() || line.get().position().value() > expected) {
            throw new Fault.Found(Fault.journal(new Position(expected), "is missing"));
        }
        Position position = line.get().position();
        if (position.value() < expected) {
            throw new Fault.Found(Fault.journal(position, "is in no block"));
        }
        Entry entry = line.get()
                .entry()
                .orElseThrow(
                        () -> new Fault.Found(Fault.journal(position, "is not an entry that this registry writes")));
        requireShape(entry);
        entries++;
        histories.add(entry);
        return entry;
    }

    private static void requireShape(Entry entry) throws Fault.Found {
        boolean moves = !entry.amount().isZero();
        boolean sound = entry.credit().isPresent()
                ? entry.debit().isPresent()
                        && !entry.debit()
                                .get()
                                .account()
                                .equals(entry.credit().get().account())
                : !moves && (entry.debit().isPresent() || entry.heldChange() == 0);
        if (!sound) {
            throw new Fault.Found(Fault.journal(entry.position(), "does not move what it says between two accounts"));
        }
    }

    /// A block's root tells that one of its entries was altered. What an account was before it often tells which.
    private Fault culprit(Block block) {
        for (long position = block.first(); position <= block.last(); position++) {
            Optional<Entry> entry = store.entry(tx, position);
            if (entry.isPresent()) {
                boolean follows = entry.get()
                                .debit()
                                .map(side -> follows(
                                        side,
                                        -entry.get().amount().micros(),
                                        entry.get().heldChange()))
                                .orElse(true)
                        && entry.get()
                                .credit()
                                .map(side -> follows(side, entry.get().amount().micros(), 0))
                                .orElse(true);
                if (!follows) {
                    return Fault.journal(
                            entry.get().position(), "was altered: it does not follow from the entry before it");
                }
            }
        }
        return block.first() == block.last()
                ? Fault.journal(new Position(block.first()), "was altered: its hash is not its block's root")
                : Fault.block(
                        block.lane(),
                        block.number(),
                        "one of the entries " + new Position(block.first()) + " to " + new Position(block.last())
                                + " was altered: their hashes do not make its root");
    }

    private boolean follows(Entry.Side side, long change, long heldChange) {
        if (side.previous() == 0) {
            return side.version() == 1 && side.balance() == change && side.held() == heldChange;
        }
        UUID account = side.account();
        return store.entry(tx, side.previous())
                .flatMap(entry -> entry.sideOf(account))
                .filter(before -> side.version() == before.version() + 1
                        && side.balance() == before.balance() + change
                        && side.held() == before.held() + heldChange)
                .isPresent();
    }

    private void lanes() throws Fault.Found {
        Map<Integer, Ledger.Head> unclaimed = new TreeMap<>(ends);
        for (Ledger.Head lane : store.lanes(tx)) {
            unclaimed.remove(lane.lane());
            Ledger.Head end =
                    ends.getOrDefault(lane.lane(), new Ledger.Head(lane.lane(), 0, 0, new byte[Chain.HASH_LENGTH]));
            if (lane.number() != end.number()
                    || lane.block() != end.block()
                    || !Arrays.equals(lane.hash(), end.hash())) {
                throw new Fault.Found(Fault.lane(
                        lane.lane(),
                        "says that its chain has " + lane.block() + " blocks and " + lane.number()
                                + " entries; found are " + end.block() + " and " + end.number()
                                + (lane.number() == end.number() ? ", with another head" : "")));
            }
        }
        if (!unclaimed.isEmpty()) {
            throw new Fault.Found(Fault.lane(unclaimed.keySet().iterator().next(), "is missing"));
        }
    }
}
