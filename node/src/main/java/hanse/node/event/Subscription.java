package hanse.node.event;

import hanse.node.ledger.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// One watcher's place at the tail: the entries it admits, from its start on, while there is room for them.
final class Subscription {
    /// Entries that may wait here for a slow watcher; after that it must read the tables again.
    static final int ROOM = 512;

    private final Filter filter;
    private final WatchPosition start;
    private final BlockingQueue<Optional<Entry>> waiting = new ArrayBlockingQueue<>(ROOM);
    private volatile boolean overrun;

    Subscription(Filter filter, WatchPosition start) {
        this.filter = filter;
        this.start = start;
    }

    Filter filter() {
        return filter;
    }

    /// Everything after it comes through here.
    WatchPosition start() {
        return start;
    }

    /// Whether an entry found no room. What waits is still whole up to that entry.
    boolean isOverrun() {
        return overrun;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// Called by the tail alone, in order.
    void offer(Entry entry) {
        if (!overrun && filter.admits(entry) && !waiting.offer(Optional.of(entry))) {
            overrun = true;
        }
    }

    /// Ends a wait in [#take].
    void nudge() {
        waiting.offer(Optional.empty());
    }

    /// Waits for entries, and moves those that there are, at most `most`, into `into`.
    void take(List<Entry> into, int most, Duration atMost) {
        try {
            Optional<Entry> next = waiting.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
            while (next != null) {
                next.ifPresent(into::add);
                next = into.size() < most ? waiting.poll() : null;
            }
        } catch (InterruptedException e) {
            // Nobody interrupts a watcher to stop it; its own flag does, and it looks at that next.
            Thread.currentThread().interrupt();
        }
    }
}
