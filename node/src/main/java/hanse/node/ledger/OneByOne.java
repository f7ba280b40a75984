package hanse.node.ledger;

import hanse.node.storage.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/// The same commands, SQL and durability as [GroupCommit], but one transaction each, on the caller's thread: the
/// yardstick that the group commit is measured against. For one thread at a time.
public final class OneByOne implements AutoCloseable {
    private final Writer writer;

    public OneByOne(Database database, int lane, MeterRegistry meters) {
        this.writer = new Writer(database, lane, (tx, operator) -> {}, CommitMeters.of(meters));
    }

    /// Runs a command in a transaction of its own and answers after the commit.
    public <R> R run(Command<R> command) {
        Pending<R> pending = new Pending<>(command, () -> {});
        writer.run(List.of(pending), () -> {});
        return pending.future().join();
    }

    @Override
    public void close() {
        writer.disconnect();
    }
}
