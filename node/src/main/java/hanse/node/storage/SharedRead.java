package hanse.node.storage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A costly reading that many may ask for at once: one runs at a time, and everyone who asks while it runs shares the
/// next. An answer was therefore always read after it was asked for, never kept from before.
public final class SharedRead<T> {
    private final Database database;
    private final Function<Tx, T> work;
    private final ReentrantLock running = new ReentrantLock();
    private @Nullable CompletableFuture<T> next;

    public SharedRead(Database database, Function<Tx, T> work) {
        this.database = database;
        this.work = work;
    }

    /// What was read after this call began.
    ///
    /// @throws java.util.concurrent.CompletionException with the cause, if the reading failed
    public T get() {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> answer = join(mine);
        if (answer == mine) {
            running.lock();
            try {
                read(answer);
            } finally {
                running.unlock();
            }
        }
        return answer.join();
    }

    /// The reading that comes next: what somebody already waits to begin, or else `mine`.
    private synchronized CompletableFuture<T> join(CompletableFuture<T> mine) {
        if (next == null) {
            next = mine;
            return mine;
        }
        return next;
    }

    private synchronized void begin() {
        next = null;
    }

    private void read(CompletableFuture<T> answer) {
        begin();
        try {
            answer.complete(database.read(work));
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }
}
