package hanse.peer;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One pump's lock, and what wakes its thread.
final class Signal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private boolean isRaised;

    /// Does something under the lock that the pump's thread need not hear of.
    <T> T guarded(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /// Wakes the pump's thread.
    void raise() {
        raise(() -> {});
    }

    /// Changes something under the lock, and wakes the pump's thread.
    void raise(Runnable change) {
        lock.lock();
        try {
            change.run();
            isRaised = true;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until it is raised; not at all when that happened since the last wait.
    ///
    /// @param longest how long at most, in nanoseconds; asked for under the lock
    void await(LongSupplier longest) throws InterruptedException {
        lock.lock();
        try {
            long left = longest.getAsLong();
            while (!isRaised && left > 0) {
                left = raised.awaitNanos(left);
            }
            isRaised = false;
        } finally {
            lock.unlock();
        }
    }
}
