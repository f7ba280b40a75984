package hanse.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// What did not hold.
final class Faults {
    private static final int MOST = 200;
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final List<String> found = new ArrayList<>();
    private int count;

    synchronized void add(String what) {
        count++;
        if (found.size() < MOST) {
            found.add(what);
        }
    }

    /// Adds `what` unless that is so.
    void require(boolean so, String what) {
        if (!so) {
            add(what);
        }
    }

    /// Waits until that is so, and adds `what` if it is not within a minute.
    void requireSoon(Callable<Boolean> so, String what) throws Exception {
        long deadline = System.nanoTime() + SOON.toNanos();
        boolean is = so.call();
        while (!is && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_AGAIN);
            is = so.call();
        }
        require(is, what);
    }

    synchronized int count() {
        return count;
    }

    /// The first of them.
    synchronized List<String> all() {
        return List.copyOf(found);
    }
}
