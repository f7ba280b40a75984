package hanse.node.cli.demo;

import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.cli.LocalFederation.Member;
import hanse.sdk.Credentials;
import hanse.sdk.HanseException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Many cross-registry transfers of one amount by one payer, while things die. Each has its own request id and is
/// repeated under it until its registry has acknowledged it: what an agent that wants to pay exactly once does.
final class Storm {
    private static final int CALLERS = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final int MOST_REPEATS = 400;

    private final Member registry;
    private final Credentials payer;
    private final String payee;
    private final String amount;
    private final int wanted;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger repeats = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final ConcurrentLinkedQueue<CrossRegistryTransferResponse> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger acknowledgedCount = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();

    Storm(Member registry, Credentials payer, String payee, String amount, int wanted) {
        this.registry = registry;
        this.payer = payer;
        this.payee = payee;
        this.amount = amount;
        this.wanted = wanted;
    }

    void begin() {
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Thread.ofVirtual().name("storm-" + i).start(this::callUntilDone));
        }
    }

    private void callUntilDone() {
        while (begun.getAndIncrement() < wanted) {
            CrossRegistryTransferRequest request = CrossRegistryTransferRequest.newBuilder()
                    .setTo(payee)
                    .setAmount(amount)
                    .setMemo("storm")
                    .setRequestId(UUID.randomUUID().toString())
                    .build();
            underWay.incrementAndGet();
            try {
                CrossRegistryTransferResponse answer = untilAcknowledged(request);
                if (answer.getState() == State.PREPARED) {
                    unfinished.incrementAndGet();
                }
                acknowledged.add(answer);
                acknowledgedCount.incrementAndGet();
            } catch (HanseException | IOException e) {
                failures.add(String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                return;
            } finally {
                underWay.decrementAndGet();
            }
        }
    }

    private CrossRegistryTransferResponse untilAcknowledged(CrossRegistryTransferRequest request)
            throws IOException, InterruptedException {
        for (int repeat = 0; ; repeat++) {
            try {
                return registry.client()
                        .as(payer)
                        .ledger()
                        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                        .crossRegistryTransfer(request);
            } catch (StatusRuntimeException e) {
                HanseException failure = HanseException.of(e);
                boolean again = failure.outcomeUnknown() || failure.code() == Status.Code.RESOURCE_EXHAUSTED;
                if (!again || repeat == MOST_REPEATS) {
                    throw failure;
                }
                repeats.incrementAndGet();
                Thread.sleep(failure.retryAfter().orElse(PAUSE));
            }
        }
    }

    /// Returns when so many are acknowledged, or can no longer be.
    void awaitAcknowledged(int count) throws InterruptedException {
        while (acknowledgedCount.get() < Math.min(count, wanted)
                && callers.stream().anyMatch(Thread::isAlive)) {
            Thread.sleep(Duration.ofMillis(10));
        }
    }

    void awaitEnd() throws InterruptedException {
        for (Thread caller : callers) {
            caller.join();
        }
    }

    int acknowledgedSoFar() {
        return acknowledgedCount.get();
    }

    int underWay() {
        return underWay.get();
    }

    int repeats() {
        return repeats.get();
    }

    /// Acknowledged before their outcome was known.
    int unfinished() {
        return unfinished.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    List<String> transferIds() {
        return acknowledged.stream()
                .map(CrossRegistryTransferResponse::getTransferId)
                .toList();
    }
}
