package hanse.node.audit;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Ledger;
import hanse.wire.journal.CheckpointText;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// All lane heads at one moment. What is signed is its [CheckpointText].
record Checkpoint(RegistryId registry, long number, Instant at, List<Ledger.Head> heads) {

    byte[] text() {
        return new CheckpointText(
                        registry.value(),
                        number,
                        at,
                        heads.stream()
                                .map(head ->
                                        new CheckpointText.Head(head.lane(), head.block(), head.number(), head.hash()))
                                .toList())
                .bytes();
    }

    /// Reads what [#text] writes; empty when it is anything else.
    static Optional<Checkpoint> parse(byte[] text) {
        return CheckpointText.parse(text)
                .filter(read -> RegistryId.isValid(read.registry()))
                .map(read -> new Checkpoint(
                        new RegistryId(read.registry()),
                        read.number(),
                        read.at(),
                        read.heads().stream()
                                .map(head -> new Ledger.Head(head.lane(), head.entries(), head.block(), head.hash()))
                                .toList()));
    }

    /// Whether the chains have not grown since.
    boolean hasHeads(List<Ledger.Head> others) {
        return Arrays.equals(new Checkpoint(registry, number, at, others).text(), text());
    }

    /// Where a lane's chain ended; empty when there was no such lane.
    Optional<Ledger.Head> lane(int lane) {
        return heads.stream().filter(head -> head.lane() == lane).findFirst();
    }

    /// How many blocks a lane has grown by since, at most.
    long grownTo(List<Ledger.Head> others) {
        return others.stream()
                .mapToLong(head ->
                        head.block() - lane(head.lane()).map(Ledger.Head::block).orElse(0L))
                .max()
                .orElse(0);
    }
}
