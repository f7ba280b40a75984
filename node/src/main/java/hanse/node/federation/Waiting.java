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
    private final Map<K, CompletableFuture<T>> waiting = new ConcurrentHashMap<>();
    private final Duration patience;

    Waiting(Duration patience) {
        this.patience = patience;
    }

    /// To be asked for before the message is committed, so that no outcome is missed; then either [#outcome] or
    /// [#forget].
    public void expect(K id) {
        waiting.computeIfAbsent(id, key -> new CompletableFuture<>());
    }

    public void forget(K id) {
        waiting.remove(id);
    }

    /// What was expected, or empty when it has not come in time.
    public CompletableFuture<Optional<T>> outcome(K id) {
        CompletableFuture<T> expected = waiting.computeIfAbsent(id, key -> new CompletableFuture<>());
        CompletableFuture<Optional<T>> outcome = expected.thenApply(Optional::of);
        if (patience.isZero()) {
            outcome.complete(Optional.empty());
        } else {
            outcome.completeOnTimeout(Optional.empty(), patience.toMillis(), TimeUnit.MILLISECONDS);
        }
        return outcome.whenComplete((known, failure) -> waiting.remove(id, expected));
    }

    /// It has happened.
    public void happened(K id, T outcome) {
        CompletableFuture<T> expected = waiting.get(id);
        if (expected != null) {
            expected.complete(outcome);
        }
    }
}
