package hanse.node.testing;

import hanse.node.ledger.Books;
import hanse.node.ledger.GroupCommit;
import hanse.node.ledger.InternalCommand;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Says what one batch of a group commit with one writer consists of, and in which order: the writer waits until all
/// is asked for.
public final class OneBatch {
    private static final long SHORTLY = 20_000;

    private final GroupCommit commit;
    private final MeterRegistry meters;

    /// @param meters where the group commit says how many commands wait
    public OneBatch(GroupCommit commit, MeterRegistry meters) {
        this.commit = commit;
        this.meters = meters;
    }

    /// Returns when the batch is committed, or given up. What is refused before it waits is not part of it.
    ///
    /// @param first done in the batch's transaction, once
    /// @param asked each waits for one command at most
    public void of(Runnable first, List<Supplier<CompletableFuture<?>>> asked) {
        Stop stop = new Stop();
        CompletableFuture<Boolean> last;
        try {
            CompletableFuture<Boolean> stopped = commit.submit(stop);
            until(() -> stop.reached.getCount() == 0 || stopped.isDone());
            var unused = commit.submit(new Once(first));
            for (Supplier<CompletableFuture<?>> ask : asked) {
                double before = waiting();
                CompletableFuture<?> answer = ask.get();
                until(() -> waiting() > before || answer.isDone());
            }
            last = commit.submit(new Once(() -> {}));
        } finally {
            stop.released.countDown();
        }
        until(last::isDone);
    }

    private double waiting() {
        return meters.get("hanse.commit.queue").gauge().value();
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(SHORTLY);
        }
    }

    /// Keeps the writer waiting, in a batch of its own, without any lock.
    private static final class Stop implements InternalCommand<Boolean> {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public void rows(Rows rows) {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {}

        @Override
        public Boolean decide(Books books) {
            return true;
        }
    }

    /// However often the batch is repeated.
    private static final class Once implements InternalCommand<Boolean> {
        private final Runnable what;
        private boolean done;

        Once(Runnable what) {
            this.what = what;
        }

        @Override
        public void accounts(Rows rows, Wanted wanted) {}

        @Override
        public Boolean decide(Books books) {
            if (!done) {
                done = true;
                what.run();
            }
            return true;
        }
    }
}
