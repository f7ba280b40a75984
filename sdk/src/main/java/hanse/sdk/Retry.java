package hanse.sdk;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Repeats a request that carries a `request_id`, which makes a repeat find the first one's outcome.
final class Retry {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private Retry() {}

    /// Calls until there is an answer, at most `tries` times; pauses twice as long each time, with jitter.
    static <T> T sameRequest(int tries, Supplier<T> call) {
        for (int attempt = 1; ; attempt++) {
            try {
                return HanseException.translate(call);
            } catch (HanseException e) {
                if (attempt >= tries
                        || !e.outcomeUnknown()
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                long pause = FIRST_PAUSE.toNanos() << (attempt - 1);
                LockSupport.parkNanos(pause / 2 + ThreadLocalRandom.current().nextLong(pause));
            }
        }
    }
}
