package hanse.node.federation;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Callers of this process that wait a little for the outcome of a message. What they wait for happens without them,
/// too.
public final class Waiting<K, T> {
    /// How long a call waits before it answers with the state as it is.
    public static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Map<K, CompletableFuture<T>> waiting = new ConcurrentHashMap<>();

    /// To be asked for before the message is committed, so that no outcome is missed; then either [#outcome] or
    /// [#forget].
    public void expect(K id) {
        waiting.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    public void forget(K id) {
        waiting.remove(id);
    }

    /// What was expected, or empty when it has not come within [#PATIENCE].
    public CompletableFuture<Optional<T>> outcome(K id) {
        CompletableFuture<T> expected = waiting.computeIfAbsent(id, key -> new CompletableFuture<>());
        return expected.thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((outcome, failure) -> waiting.remove(id, expected));
    }

    /// It has happened.
    public void happened(K id, T outcome) {
        CompletableFuture<T> expected = waiting.get(id);
        if (expected != null) {
            expected.complete(outcome);
        }
    }
}
