package hanse.node.audit;

import hanse.node.federation.SealedCheckpoint;
import hanse.node.federation.Witnesses;
import hanse.node.storage.Tx;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/// This registry's journal, held to the checkpoints of it that peers keep.
public final class OwnJournal implements Witnesses.OwnJournal {
    private final Checkpoints checkpoints;
    private final BiPredicate<byte[], byte[]> signed;
    private final AuditStore store = new AuditStore();

    /// @param signed whether this registry has signed a text, with its key of now or one before
    public OwnJournal(Checkpoints checkpoints, BiPredicate<byte[], byte[]> signed) {
        this.checkpoints = checkpoints;
        this.signed = signed;
    }

    @Override
    public Optional<SealedCheckpoint> newest() {
        return checkpoints
                .newest()
                .map(Checkpoints.Signed::checkpoint)
                .map(checkpoint -> SealedCheckpoint.of(checkpoint.text(), checkpoints.sign(checkpoint)));
    }

    @Override
    public Optional<String> lacks(Tx tx, SealedCheckpoint own) {
        return Checkpoint.parse(own.text())
                .flatMap(checkpoint ->
                        HeadCheck.of(store, tx, List.of(checkpoint)).fault(checkpoint));
    }

    @Override
    public boolean isSigned(byte[] text, byte[] signature) {
        return signed.test(text, signature);
    }
}
