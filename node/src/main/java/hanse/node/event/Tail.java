package hanse.node.event;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the journal's end, once for all watchers of this process. It looks after each commit of this process, and
/// ten times a second for those of others. While nobody watches it does nothing.
///
/// Commit order is position order within a lane, so what has been read up to a lane's head is complete.
public final class Tail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration LONG_LOOK = Duration.ofSeconds(1);
    private static final int AT_ONCE = 2_000;

    private final Database database;
    private final Ledger ledger;
    private final Semaphore woken = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    /// Guards everything below; no database is asked while it is held.
    private final Object lock = new Object();

    private final Set<Subscription> ofAll = new LinkedHashSet<>();
    private final Map<UUID, Set<Subscription>> ofAgent = new HashMap<>();

    /// All that has been told; empty while nobody watches.
    private volatile Optional<WatchPosition> told = Optional.empty();

    public Tail(Database database, Ledger ledger) {
        this.database = database;
        this.ledger = ledger;
        database.afterCommit(this::wake);
        this.thread = Thread.ofPlatform().name("event-tail").daemon().start(this::follow);
    }

    /// Looks for new entries now. Cheap; for commits of this process.
    private void wake() {
        if (told.isPresent() && woken.availablePermits() == 0) {
            woken.release();
        }
    }

    /// Joins the tail at its present end.
    Subscription subscribe(Filter filter) {
        while (true) {
            Optional<WatchPosition> read = told.isPresent() ? Optional.empty() : Optional.of(end());
            synchronized (lock) {
                if (closed) {
                    throw new RefusedException(Reason.SHUTTING_DOWN);
                }
                if (told.isEmpty()) {
                    told = read;
                }
                if (told.isPresent()) {
                    Subscription subscription = new Subscription(filter, told.get());
                    placeOf(filter).add(subscription);
                    woken.release();
                    return subscription;
                }
            }
        }
    }

    void unsubscribe(Subscription subscription) {
        synchronized (lock) {
            Set<Subscription> place = placeOf(subscription.filter());
            place.remove(subscription);
            if (place.isEmpty()) {
                subscription.filter().agent().ifPresent(agent -> ofAgent.remove(agent.value()));
            }
            if (ofAll.isEmpty() && ofAgent.isEmpty()) {
                told = Optional.empty();
            }
        }
    }

    /// Up to where every subscription has been told what it admits.
    Optional<WatchPosition> told() {
        return told;
    }

    /// The journal's end.
    WatchPosition end() {
        return database.read(tx -> WatchPosition.of(ledger.heads(tx)));
    }

    /// What is wrong with it, for a readiness probe: nothing, or that it has ended.
    public Optional<String> fault() {
        return thread.isAlive() ? Optional.empty() : Optional.of("has ended");
    }

    boolean isClosed() {
        return closed;
    }

    /// Stops following.
    @Override
    public void close() {
        closed = true;
        woken.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lock) {
            ofAll.forEach(Subscription::nudge);
            ofAgent.values().forEach(place -> place.forEach(Subscription::nudge));
        }
    }

    private Set<Subscription> placeOf(Filter filter) {
        return filter.agent()
                .map(agent -> ofAgent.computeIfAbsent(agent.value(), id -> new LinkedHashSet<>()))
                .orElse(ofAll);
    }

    private void follow() {
        boolean failed = false;
        while (!closed) {
            try {
                Optional<WatchPosition> from = told;
                if (from.isPresent()) {
                    tell(database.read(tx -> after(tx, from.get())));
                }
                failed = false;
            } catch (RuntimeException e) {
                // Whatever it is, the next look may go well; without this thread no watcher would hear anything again.
                if (!failed) {
                    LOG.warn("the journal cannot be read; watchers wait", e);
                }
                failed = true;
            }
            rest(failed || told.isEmpty() ? LONG_LOOK : LOOK);
        }
    }

    /// New entries, lane by lane, each in order.
    private List<Entry> after(Tx tx, WatchPosition from) {
        List<Entry> found = new ArrayList<>();
        for (Ledger.Head head : ledger.heads(tx)) {
            if (head.number() > from.in(head.lane())) {
                found.addAll(ledger.entriesAfter(tx, Position.at(head.lane(), from.in(head.lane())), AT_ONCE));
            }
        }
        return found;
    }

    /// Tells the subscriptions. What was read for watchers that have all gone since is not told to those who came.
    private void tell(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        synchronized (lock) {
            if (told.isEmpty()) {
                return;
            }
            Map<Integer, Long> numbers = new HashMap<>(told.get().numbers());
            for (Entry entry : entries) {
                int lane = entry.position().lane();
                if (entry.position().number() == numbers.getOrDefault(lane, 0L) + 1) {
                    numbers.put(lane, entry.position().number());
                    ofAll.forEach(subscription -> subscription.offer(entry));
                    tellAgents(entry);
                }
            }
            told = Optional.of(new WatchPosition(new TreeMap<>(numbers)));
        }
        // Where there was something there may be more.
        woken.release();
    }

    private void tellAgents(Entry entry) {
        if (ofAgent.isEmpty()) {
            return;
        }
        entry.concerned().forEach(id -> tellAgent(id, entry));
    }

    private void tellAgent(UUID agent, Entry entry) {
        Set<Subscription> place = ofAgent.get(agent);
        if (place != null) {
            place.forEach(subscription -> subscription.offer(entry));
        }
    }

    private void rest(Duration atMost) {
        try {
            if (woken.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                woken.drainPermits();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts the tail to stop it; close() does, by the flag.
            LOG.debug("interrupted", e);
        }
    }
}
