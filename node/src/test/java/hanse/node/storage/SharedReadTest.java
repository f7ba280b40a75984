package hanse.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import hanse.node.testing.TestRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedReadTest {
    private final TestRegistry registry = TestRegistry.fresh();
    private final AtomicInteger begun = new AtomicInteger();
    private final Semaphore go = new Semaphore(0);

    /// How many kinds of account there are, told when the test lets go.
    private final SharedRead<Integer> kinds = new SharedRead<>(registry.database, tx -> {
        int kinds = registry.ledger.totals(tx).size();
        begun.incrementAndGet();
        go.acquireUninterruptibly();
        return kinds;
    });

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void neverAnswersWithWhatWasReadBeforeTheQuestion() {
        CompletableFuture<Integer> before = ask();
        await().until(() -> begun.get() == 1);
        registry.agent("5");
        CompletableFuture<Integer> after = ask();
        go.release(2);
        assertThat(after.join()).isGreaterThan(before.join());
        assertThat(begun).hasValue(2);
    }

    @Test
    void readsOnceForAllWhoAskWhileAReadingRuns() {
        CompletableFuture<Integer> one = ask();
        await().until(() -> begun.get() == 1);
        List<Thread> many = Stream.generate(() -> Thread.ofVirtual().start(kinds::get))
                .limit(50)
                .toList();
        await().until(() -> many.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        go.release(2);
        one.join();
        await().until(() -> many.stream().noneMatch(Thread::isAlive));
        assertThat(begun).hasValue(2);
    }

    @Test
    void aFailureReachesEveryoneAndIsNotKept() {
        AtomicInteger tries = new AtomicInteger();
        SharedRead<Integer> broken = new SharedRead<>(registry.database, tx -> {
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("broken");
            }
            return 7;
        });
        assertThatThrownBy(broken::get).isInstanceOf(CompletionException.class).hasRootCauseMessage("broken");
        assertThat(broken.get()).isEqualTo(7);
    }

    private CompletableFuture<Integer> ask() {
        return CompletableFuture.supplyAsync(kinds::get, Thread::startVirtualThread);
    }
}
