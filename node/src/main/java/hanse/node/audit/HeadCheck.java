package hanse.node.audit;

import hanse.node.ledger.Chain;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Tx;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Whether the heads that checkpoints have stand in the journal's chains.
final class HeadCheck {
    private final Map<List<Long>, Ledger.Head> found;

    private HeadCheck(Map<List<Long>, Ledger.Head> found) {
        this.found = found;
    }

    /// Looks for all heads of some checkpoints at once.
    static HeadCheck of(AuditStore store, Tx tx, List<Checkpoint> checkpoints) {
        return new HeadCheck(store.heads(
                tx,
                checkpoints.stream()
                        .flatMap(checkpoint -> checkpoint.heads().stream())
                        .filter(head -> head.block() > 0)
                        .toList()));
    }

    /// What of a checkpoint is not there, in words.
    Optional<String> fault(Checkpoint checkpoint) {
        for (Ledger.Head head : checkpoint.heads()) {
            Ledger.Head there = head.block() == 0
                    ? new Ledger.Head(head.lane(), 0, 0, new byte[Chain.HASH_LENGTH])
                    : found.get(List.of((long) head.lane(), head.block()));
            if (there == null || there.number() != head.number() || !Arrays.equals(there.hash(), head.hash())) {
                return Optional.of("covers block " + head.lane() + "/" + head.block() + ", which is "
                        + (there == null ? "gone" : "another one now"));
            }
        }
        return Optional.empty();
    }
}
