package hanse.node.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether this node should be sent work: it has started, is not stopping, and everything it needs answers.
public final class Readiness {
    private final Map<String, Supplier<Optional<String>>> checks = new LinkedHashMap<>();
    private volatile boolean open;

    /// What a probe is told.
    public record State(boolean ready, String text) {}

    /// Adds something that must be well.
    ///
    /// @param check gives what is wrong, in words without secrets, or nothing; may block for a moment
    public Readiness with(String name, Supplier<Optional<String>> check) {
        checks.put(name, check);
        return this;
    }

    /// From now on the answer depends on the checks.
    public void open() {
        open = true;
    }

    /// From now on the answer is no: the node stops.
    public void close() {
        open = false;
    }

    public State check() {
        if (!open) {
            return new State(false, "starting or stopping");
        }
        for (Map.Entry<String, Supplier<Optional<String>>> check : checks.entrySet()) {
            Optional<String> wrong;
            try {
                wrong = check.getValue().get();
            } catch (RuntimeException e) {
                wrong = Optional.of("no answer");
            }
            if (wrong.isPresent()) {
                return new State(false, check.getKey() + ": " + wrong.get());
            }
        }
        return new State(true, "ready");
    }
}
