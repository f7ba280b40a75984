package hanse.drill;

import java.util.ArrayList;
import java.util.List;

/// What did not hold.
final class Faults {
    private static final int MOST = 200;

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

    synchronized int count() {
        return count;
    }

    /// The first of them.
    synchronized List<String> all() {
        return List.copyOf(found);
    }
}
