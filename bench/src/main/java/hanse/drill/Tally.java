package hanse.drill;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// What a drill has counted, in the order in which it is told.
final class Tally {
    private final Consumer<String> told;
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Map<String, Duration> longest = new LinkedHashMap<>();

    /// @param told is told of each misfortune as it happens
    Tally(Consumer<String> told) {
        this.told = told;
    }

    /// A misfortune happens.
    void happens(String what) {
        count(what);
        told.accept(what);
    }

    void count(String what) {
        add(what, 1);
    }

    synchronized void add(String what, long more) {
        counts.merge(what, more, Long::sum);
    }

    /// Keeps the longest of these.
    synchronized void took(String what, Duration time) {
        longest.merge(what, time, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    synchronized void print(PrintWriter out) {
        counts.forEach((what, count) -> out.printf(Locale.ROOT, "%14s  %s%n", "%,d".formatted(count), what));
        longest.forEach(
                (what, time) -> out.printf(Locale.ROOT, "%12.1f s  at most, %s%n", time.toMillis() / 1e3, what));
        out.flush();
    }
}
