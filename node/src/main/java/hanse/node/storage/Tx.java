package hanse.node.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/// A transaction in progress. Whoever takes one as an argument runs inside it and never commits it.
public final class Tx {
    private final Connection connection;
    private final DSLContext sql;
    private final Instant now;
    private final List<Runnable> afterCommit = new ArrayList<>();

    Tx(Connection connection, DSLContext sql, Instant now) {
        this.connection = connection;
        this.sql = sql;
        this.now = now;
    }

    public DSLContext sql() {
        return sql;
    }

    /// The time of this transaction, in whole microseconds as PostgreSQL keeps it; the same for all that happens in it.
    public Instant now() {
        return now;
    }

    /// Has something done once this transaction is committed, on the thread that committed: it must return at once. A
    /// hint only: a process that dies before it has never heard of it.
    public void afterCommit(Runnable hint) {
        afterCommit.add(hint);
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    /// An empty pipeline: what is added to it runs in this transaction.
    public Pipeline pipeline() {
        return new Pipeline(connection, now);
    }

    /// Runs `work`; if it fails, takes back what it did in this transaction, and only that, its hints of the commit
    /// included, before the failure goes on.
    public <T> T orTakeBack(Supplier<T> work) {
        try {
            Savepoint before = connection.setSavepoint();
            int hints = afterCommit.size();
            try {
                T result = work.get();
                connection.releaseSavepoint(before);
                return result;
            } catch (RuntimeException e) {
                connection.rollback(before);
                afterCommit.subList(hints, afterCommit.size()).clear();
                throw e;
            }
        } catch (SQLException e) {
            throw new DataAccessException("savepoint", e);
        }
    }
}
