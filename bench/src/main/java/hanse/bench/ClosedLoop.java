package hanse.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// A closed loop: so many clients, each of which asks again as soon as it is answered.
final class ClosedLoop {
    private static final int SAMPLES = 1 << 21;

    /// What was measured.
    ///
    /// @param rate answers a second
    record Result(double rate, double p50Millis, double p99Millis, long answered, long failed) {}

    private final ThreadFactory threads;
    private final double rate;

    private ClosedLoop(ThreadFactory threads, double rate) {
        this.threads = threads;
        this.rate = rate;
    }

    /// Clients that mostly wait.
    static ClosedLoop virtual() {
        return new ClosedLoop(Thread.ofVirtual().name("client-", 0).factory(), 0);
    }

    /// Clients that each hold a connection of their own.
    static ClosedLoop platform() {
        return new ClosedLoop(Thread.ofPlatform().name("client-", 0).factory(), 0);
    }

    /// The same clients, but together no faster than `perSecond`.
    ClosedLoop atMost(double perSecond) {
        return new ClosedLoop(threads, perSecond);
    }

    /// Runs `clients` for `warmUp` unmeasured and then for `time`. A step gets the number of its client.
    Result run(int clients, Duration warmUp, Duration time, Client step) {
        long begin = System.nanoTime();
        long measureFrom = begin + warmUp.toNanos();
        long end = measureFrom + time.toNanos();
        double pauseNanos = rate == 0 ? 0 : clients * 1e9 / rate;
        LongAdder answered = new LongAdder();
        LongAdder failed = new LongAdder();
        long[] samples = new long[SAMPLES];
        AtomicInteger sampled = new AtomicInteger();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int client = i;
            Thread thread = threads.newThread(() -> {
                double due = begin + pauseNanos * client / clients;
                long start = await(due);
                while (start < end) {
                    boolean good = attempt(step, client, failed);
                    long now = System.nanoTime();
                    if (good && now >= measureFrom && now < end) {
                        answered.increment();
                        int slot = sampled.getAndIncrement();
                        if (slot < SAMPLES) {
                            samples[slot] = now - start;
                        }
                    }
                    due += pauseNanos;
                    start = rate == 0 ? System.nanoTime() : await(due);
                }
            });
            thread.start();
            running.add(thread);
        }
        running.forEach(ClosedLoop::join);
        long[] sorted = Arrays.copyOf(samples, Math.min(sampled.get(), SAMPLES));
        Arrays.sort(sorted);
        return new Result(
                answered.sum() / (time.toNanos() / 1e9),
                percentile(sorted, 0.50),
                percentile(sorted, 0.99),
                answered.sum(),
                failed.sum());
    }

    /// Waits until it is time. Who comes late has waited since then: what is measured counts from there.
    private static long await(double due) {
        while (System.nanoTime() < due) {
            LockSupport.parkNanos((long) due - System.nanoTime());
        }
        return (long) due;
    }

    /// What one client does once.
    @FunctionalInterface
    interface Client {
        void ask(int client) throws Exception;
    }

    private static boolean attempt(Client step, int client, LongAdder failed) {
        try {
            step.ask(client);
            return true;
        } catch (Exception e) {
            if (failed.sum() == 0) {
                System.err.println("first failure: " + e);
            }
            failed.increment();
            return false;
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static double percentile(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }
}
