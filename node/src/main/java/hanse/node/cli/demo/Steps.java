package hanse.node.cli.demo;

import hanse.node.cli.Failures;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/// Prints the story as it goes: numbered steps with their durations, and each check with ✓ or ✗.
final class Steps {
    private final PrintWriter out;
    private final long start = System.nanoTime();
    private int number;
    private int checks;
    private int failures;

    /// What happens in a step.
    interface Step {
        void run() throws Exception;
    }

    Steps(PrintWriter out) {
        this.out = out;
    }

    void step(String title, Step step) throws Exception {
        number++;
        out.printf("%n[%2d] %s%n", number, title);
        out.flush();
        long begun = System.nanoTime();
        try {
            step.run();
        } catch (Exception e) {
            check("the step could not go on: " + Failures.text(e), false);
            throw e;
        }
        out.printf(Locale.ROOT, "     %.1f s%n", seconds(begun));
        out.flush();
    }

    void check(String what, boolean holds) {
        checks++;
        if (!holds) {
            failures++;
        }
        say((holds ? "✓ " : "✗ ") + what);
    }

    /// A check that two amounts or names are the same; shows both when they are not.
    void same(String what, Object expected, Object found) {
        boolean holds = expected.equals(found);
        check(what + (holds ? ": " + found : ": expected " + expected + ", found " + found), holds);
    }

    void say(String text) {
        text.lines().forEach(line -> out.println("     " + line));
        out.flush();
    }

    PrintWriter out() {
        return out;
    }

    int checks() {
        return checks;
    }

    int failures() {
        return failures;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
