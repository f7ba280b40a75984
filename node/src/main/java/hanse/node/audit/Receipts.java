package hanse.node.audit;

import hanse.audit.v1.Receipt;
import hanse.certs.VerifyKey;
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
    private final BiFunction<byte[], byte[], Optional<VerifyKey>> signer;
    private final BiFunction<Tx, UUID, Optional<Position>> payments;
    private final long mostBlocks;
    private final AuditStore journal = new AuditStore();
    private final ReceiptStore store = new ReceiptStore();

    /// All that a receipt is made of.
    ///
    /// @param secret the lane's
    /// @param laterRoots of the blocks up to the checkpoint
    record Proof(
            Entry entry,
            UUID secret,
            byte[] leaf,
            List<Chain.Step> path,
            Block block,
            List<byte[]> laterRoots,
            Checkpoints.Signed checkpoint) {}

    /// @param signer with which of its keys the registry has signed a text
    /// @param payments where the journal has the transfer that paid a payment
    public Receipts(
            Database database,
            Checkpoints checkpoints,
            BiFunction<byte[], byte[], Optional<VerifyKey>> signer,
            BiFunction<Tx, UUID, Optional<Position>> payments) {
        this(database, checkpoints, signer, payments, MOST_BLOCKS);
    }

    Receipts(
            Database database,
            Checkpoints checkpoints,
            BiFunction<byte[], byte[], Optional<VerifyKey>> signer,
            BiFunction<Tx, UUID, Optional<Position>> payments,
            long mostBlocks) {
        this.database = database;
        this.checkpoints = checkpoints;
        this.signer = signer;
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
        return ReceiptWire.receipt(
                proof.get(), reader(caller), signer(proof.get().checkpoint()));
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

    private VerifyKey signer(Checkpoints.Signed checkpoint) {
        return signer.apply(checkpoint.checkpoint().text(), checkpoint.signature())
                .orElseThrow(() -> new IllegalStateException("a checkpoint that this registry has not signed"));
    }

    /// Whose figures a receipt shows. An operator can look at all accounts, but may mean to pass the receipt on.
    private static Optional<UUID> reader(Caller caller) {
        return caller instanceof Caller.Agent agent ? Optional.of(agent.id().value()) : Optional.empty();
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
        UUID secret = store.secret(tx, position.lane());
        List<byte[]> leaves = journal.entries(tx, block.first(), block.last()).stream()
                .map(line -> chain.leaf(
                        line.entry()
                                .orElseThrow(() ->
                                        new IllegalStateException("entry " + line.position() + " cannot be read")),
                        secret))
                .toList();
        int index = Math.toIntExact(position.value() - block.first());
        return Optional.of(new Proof(
                entry,
                secret,
                leaves.get(index),
                chain.path(leaves, index),
                block,
                store.roots(tx, position.lane(), block.number(), last),
                covering.get()));
    }
}
