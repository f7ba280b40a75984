package hanse.bench;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.rpc.RetryInfo;
import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// An open loop: a call is made when it is due, whatever has become of those before it.
final class OpenLoop {
    private static final int SAMPLES = 1 << 21;
    private static final int THREADS = 2;
    private static final long PATIENCE_SECONDS = 30;

    private final LongAdder offered = new LongAdder();
    private final LongAdder shed = new LongAdder();
    private final LongAdder shedForNoTime = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder open = new LongAdder();
    private final long[] samples = new long[SAMPLES];
    private final AtomicInteger sampled = new AtomicInteger();

    /// What was measured.
    ///
    /// @param accepted of all that were not refused: their rate and their times, from when they were due
    /// @param offered calls that were made a second
    /// @param shed share of them that was refused with RESOURCE_EXHAUSTED
    /// @param shedForNoTime how many of those said no time to come back after
    record Result(ClosedLoop.Result accepted, double offered, double shed, long shedForNoTime) {}

    /// Makes one call.
    @FunctionalInterface
    interface Caller {
        CompletableFuture<?> ask(int number);
    }

    private OpenLoop() {}

    /// A call of a gRPC client.
    static <T> CompletableFuture<T> call(ListenableFuture<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Futures.addCallback(
                call,
                new FutureCallback<T>() {
                    @Override
                    public void onSuccess(T result) {
                        answer.complete(result);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return answer;
    }

    /// Makes `perSecond` calls for a warm-up, unmeasured, and then for `time`.
    static Result run(double perSecond, Duration warmUp, Duration time, Caller caller) throws InterruptedException {
        new OpenLoop().offer(perSecond, warmUp, caller);
        OpenLoop measured = new OpenLoop();
        long begin = System.nanoTime();
        measured.offer(perSecond, time, caller);
        return measured.result((System.nanoTime() - begin) / 1e9);
    }

    private void offer(double perSecond, Duration time, Caller caller) throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        double pause = THREADS * 1e9 / perSecond;
        CountDownLatch done = new CountDownLatch(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            threads.add(Thread.ofPlatform().name("open-loop-" + i).start(() -> {
                int number = first;
                for (double due = begin + pause * first / THREADS; due < end; due += pause) {
                    long now = System.nanoTime();
                    if (now >= end) {
                        break;
                    }
                    if (due > now) {
                        LockSupport.parkNanos((long) due - now);
                    }
                    ask(caller, number, (long) due);
                    number += THREADS;
                }
                done.countDown();
            }));
        }
        done.await();
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (open.sum() > 0 && System.nanoTime() < patience) {
            LockSupport.parkNanos(1_000_000);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void ask(Caller caller, int number, long due) {
        offered.increment();
        open.increment();
        var unused = caller.ask(number).whenComplete((_, failure) -> {
            if (failure == null) {
                int slot = sampled.getAndIncrement();
                if (slot < SAMPLES) {
                    samples[slot] = System.nanoTime() - due;
                }
            } else {
                refused(failure);
            }
            open.decrement();
        });
    }

    private void refused(Throwable failure) {
        Optional<Boolean> saysWhen = switch (failure) {
            case RefusedException refusal
            when refusal.reason() == Reason.OVERLOADED ->
                Optional.of(refusal.retryAfter().isPresent());
            case StatusRuntimeException refusal
            when refusal.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED -> Optional.of(saysWhen(refusal));
            default -> Optional.empty();
        };
        if (saysWhen.isPresent()) {
            shed.increment();
            if (!saysWhen.get()) {
                shedForNoTime.increment();
            }
        } else {
            if (failed.sum() == 0) {
                System.err.println("first failure: " + failure);
            }
            failed.increment();
        }
    }

    private static boolean saysWhen(StatusRuntimeException refusal) {
        com.google.rpc.Status details = StatusProto.fromThrowable(refusal);
        return details != null && details.getDetailsList().stream().anyMatch(detail -> detail.is(RetryInfo.class));
    }

    private Result result(double seconds) {
        long[] sorted = Arrays.copyOf(samples, Math.min(sampled.get(), SAMPLES));
        Arrays.sort(sorted);
        return new Result(
                new ClosedLoop.Result(
                        sampled.get() / seconds,
                        ClosedLoop.percentile(sorted, 0.50),
                        ClosedLoop.percentile(sorted, 0.99),
                        sampled.get(),
                        failed.sum()),
                offered.sum() / seconds,
                shed.sum() / (double) offered.sum(),
                shedForNoTime.sum());
    }
}
