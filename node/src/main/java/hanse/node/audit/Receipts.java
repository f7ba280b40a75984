package hanse.node.audit;

import hanse.audit.v1.Receipt;
import hanse.error.v1.Reason;
import hanse.node.audit.AuditStore.Block;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Chain;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;

/// Proves single entries of the journal by signed checkpoints.
public final class Receipts {
    /// What a receipt has room for: half a megabyte of hashes. Checkpoints are made long before so many blocks.
    private static final int MOST_BLOCKS = 16_384;

    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final Database database;
    private final Checkpoints checkpoints;
    private final byte[] signingKey;
    private final BiFunction<Tx, UUID, Optional<Position>> payments;
    private final long mostBlocks;
    private final AuditStore journal = new AuditStore();
    private final ReceiptStore store = new ReceiptStore();

    /// All that a receipt is made of.
    ///
    /// @param laterRoots of the blocks up to the checkpoint
    record Proof(
            Entry entry,
            byte[] leaf,
            List<Chain.Step> path,
            Block block,
            List<byte[]> laterRoots,
            Checkpoints.Signed checkpoint) {}

    /// @param signingKey the public key that verifies checkpoints
    /// @param payments where the journal has the transfer that paid a payment
    public Receipts(
            Database database,
            Checkpoints checkpoints,
            byte[] signingKey,
            BiFunction<Tx, UUID, Optional<Position>> payments) {
        this(database, checkpoints, signingKey, payments, MOST_BLOCKS);
    }

    Receipts(
            Database database,
            Checkpoints checkpoints,
            byte[] signingKey,
            BiFunction<Tx, UUID, Optional<Position>> payments,
            long mostBlocks) {
        this.database = database;
        this.checkpoints = checkpoints;
        this.signingKey = signingKey;
        this.payments = payments;
        this.mostBlocks = mostBlocks;
    }

    /// The receipt of an entry, for an agent that is a party to it or an operator. Has a checkpoint made if none covers
    /// it and the newest is not quite fresh. Refuses with `UNKNOWN_TRANSFER`, `NOT_YET_PROVEN`, `RECEIPT_TOO_LONG`.
    Receipt get(Caller caller, String id) {
        Optional<Proof> proof = find(caller, id);
        if (proof.isEmpty()) {
            Optional<Duration> wait = checkpoints.makeEarly();
            if (wait.isEmpty()) {
                proof = find(caller, id);
            }
            if (proof.isEmpty()) {
                throw RefusedException.retryAfter(Reason.NOT_YET_PROVEN, wait.orElse(COME_BACK));
            }
        }
        return ReceiptWire.receipt(proof.get(), signingKey);
    }

    private Optional<Proof> find(Caller caller, String id) {
        return database.read(tx -> {
            Entry entry = position(tx, id)
                    .flatMap(position -> journal.entry(tx, position.value()))
                    .filter(found -> mayKnow(caller, found))
                    .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_TRANSFER));
            return prove(tx, entry);
        });
    }

    private Optional<Position> position(Tx tx, String id) {
        Optional<Position> position = Position.parse(id);
        if (position.isPresent()) {
            return position;
        }
        try {
            return payments.apply(tx, UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean mayKnow(Caller caller, Entry entry) {
        return switch (caller) {
            case Caller.Agent agent -> entry.concerned().contains(agent.id().value());
            case Caller.Operator operator -> true;
            case Caller.Anyone anyone -> false;
        };
    }

    private Optional<Proof> prove(Tx tx, Entry entry) {
        Position position = entry.position();
        Block block = store.blockOf(tx, position)
                .orElseThrow(() -> new IllegalStateException("entry " + position + " is in no block"));
        Optional<Checkpoints.Signed> covering = checkpoints.covering(tx, position.lane(), block.number());
        if (covering.isEmpty()) {
            return Optional.empty();
        }
        long last = covering.get()
                .checkpoint()
                .lane(position.lane())
                .map(Ledger.Head::block)
                .orElseThrow();
        if (last - block.number() > mostBlocks) {
            throw new RefusedException(Reason.RECEIPT_TOO_LONG);
        }
        Chain chain = new Chain();
        List<byte[]> leaves = journal.entries(tx, block.first(), block.last()).stream()
                .map(line -> chain.leaf(line.entry()
                        .orElseThrow(() -> new IllegalStateException("entry " + line.position() + " cannot be read"))))
                .toList();
        int index = Math.toIntExact(position.value() - block.first());
        return Optional.of(new Proof(
                entry,
                leaves.get(index),
                chain.path(leaves, index),
                block,
                store.roots(tx, position.lane(), block.number(), last),
                covering.get()));
    }
}
