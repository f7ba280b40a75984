package hanse.node.event;

import hanse.error.v1.Reason;
import hanse.event.v1.WatchResponse;
import hanse.node.call.Admission;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Entry;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// One stream, on a virtual thread of its own. It catches up from the tables, joins the tail, and goes back to the
/// tables when it was too slow for the tail. It sends only when its caller is ready to receive, and only to whom a new
/// call would be admitted.
final class Watcher {
    private static final String FROM_THE_BEGINNING = "start";
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /// How long a stream with nothing to send may outlive what admitted it.
    private static final Duration LOOK_UP = Duration.ofSeconds(5);

    private static final int AT_ONCE = 64;

    private final Watches watches;
    private final Tail tail;
    private final Admission admission;
    private final Filter filter;
    private final String wanted;
    private final ServerCallStreamObserver<WatchResponse> observer;
    private final Semaphore looks = new Semaphore(0);
    private volatile boolean cancelled;
    private volatile Optional<Subscription> joined = Optional.empty();
    private WatchPosition passed = WatchPosition.START;
    private long lastSent;

    Watcher(
            Watches watches,
            Tail tail,
            Admission admission,
            Filter filter,
            String wanted,
            ServerCallStreamObserver<WatchResponse> observer) {
        this.watches = watches;
        this.tail = tail;
        this.admission = admission;
        this.filter = filter;
        this.wanted = wanted;
        this.observer = observer;
    }

    /// The caller may be ready for more.
    void lookAgain() {
        looks.release();
    }

    /// The caller has gone.
    void cancel() {
        cancelled = true;
        looks.release();
        joined.ifPresent(Subscription::nudge);
    }

    void run() {
        try {
            passed = start();
            send(WatchResponse.newBuilder());
            while (isWanted()) {
                catchUp(tail.end());
                follow();
            }
            if (!cancelled) {
                observer.onError(new RefusedException(Reason.SHUTTING_DOWN));
            }
        } catch (RuntimeException | Error failure) {
            if (!cancelled) {
                observer.onError(failure);
            }
        }
    }

    private WatchPosition start() {
        if (wanted.equals(FROM_THE_BEGINNING)) {
            return WatchPosition.START;
        }
        WatchPosition end = tail.end();
        if (wanted.isEmpty()) {
            return end;
        }
        WatchPosition position = WatchPosition.decode(wanted, watches.parties().self());
        position.requireWithin(end);
        return position;
    }

    /// Reads the tables up to `end`.
    private void catchUp(WatchPosition end) {
        while (isWanted() && passed.distanceTo(end) > 0) {
            Watches.Stretch stretch = watches.read(filter, passed, end);
            send(stretch.entries());
            if (!isWanted()) {
                return;
            }
            passed = stretch.upTo();
            keepAlive();
        }
    }

    /// Takes part in the tail until this watcher falls behind or is no longer wanted.
    private void follow() {
        if (!isWanted()) {
            return;
        }
        Subscription subscription = tail.subscribe(filter);
        joined = Optional.of(subscription);
        try {
            catchUp(subscription.start());
            List<Entry> next = new ArrayList<>();
            while (isWanted()) {
                // In this order: what was told before an empty queue was seen has been taken out of it.
                Optional<WatchPosition> told = tail.told();
                boolean whole = !subscription.isOverrun();
                if (subscription.isEmpty()) {
                    if (!whole) {
                        return;
                    }
                    passed = told.map(passed::and).orElse(passed);
                    keepAlive();
                }
                next.clear();
                subscription.take(next, AT_ONCE, LOOK_UP);
                admission.require();
                // The tables may have been read further than the tail was when this watcher joined.
                next.removeIf(entry -> passed.covers(entry.position()));
                send(next);
            }
        } finally {
            joined = Optional.empty();
            tail.unsubscribe(subscription);
        }
    }

    private void send(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        watches.names().prepare(entries);
        for (Entry entry : entries) {
            passed = passed.passing(entry.position());
            if (!send(WatchResponse.newBuilder().setEvent(EventWire.event(entry, filter.agent(), watches.names())))) {
                return;
            }
        }
    }

    private boolean send(WatchResponse.Builder response) {
        while (isWanted() && !observer.isReady()) {
            awaitALook();
        }
        if (!isWanted()) {
            return false;
        }
        admission.require();
        observer.onNext(
                response.setPosition(passed.encode(watches.parties().self())).build());
        lastSent = System.nanoTime();
        return true;
    }

    private void awaitALook() {
        try {
            // Not for ever: the end of the tail is not announced here.
            if (looks.tryAcquire(1, TimeUnit.SECONDS)) {
                looks.drainPermits();
            }
        } catch (InterruptedException e) {
            cancelled = true;
            Thread.currentThread().interrupt();
        }
    }

    private void keepAlive() {
        if (System.nanoTime() - lastSent >= KEEP_ALIVE.toNanos()) {
            send(WatchResponse.newBuilder());
        }
    }

    private boolean isWanted() {
        return !cancelled && !tail.isClosed();
    }
}
