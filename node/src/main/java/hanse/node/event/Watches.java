package hanse.node.event;

import hanse.error.v1.Reason;
import hanse.event.v1.WatchResponse;
import hanse.node.call.Admission;
import hanse.node.call.AgentId;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.storage.Database;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// Everything that is watched through this process: how many may, and how the past is read.
public final class Watches {
    /// Streams at once in this process; each costs a virtual thread and at most [Subscription#ROOM] entries.
    private static final int MOST = 10_000;

    /// Streams at once of one agent.
    private static final int MOST_OF_ONE = 32;

    private static final Duration COME_BACK = Duration.ofSeconds(5);

    /// Watchers that read the past at the same time, so that they leave connections to everybody else.
    private static final int READERS = 4;

    /// Entries of one lane looked at in one read: all, and when most of them will be somebody else's.
    private static final int RANGE = 500;

    private static final int AGENTS_RANGE = 10_000;

    private final Database database;
    private final Ledger ledger;
    private final Tail tail;
    private final Parties parties;
    private final AccountNames names;
    private final Semaphore readers = new Semaphore(READERS);
    private final AtomicInteger all = new AtomicInteger();
    private final Map<AgentId, Integer> ofAgents = new HashMap<>();

    public Watches(Database database, Ledger ledger, Tail tail, Parties parties) {
        this.database = database;
        this.ledger = ledger;
        this.tail = tail;
        this.parties = parties;
        this.names = new AccountNames(database, ledger, parties);
    }

    /// Starts to watch; the stream ends when its caller goes, what admitted it ends, or the node stops. Refuses with
    /// `OVERLOADED`, `RATE_LIMITED`; `BAD_WATCH_POSITION` ends the stream.
    ///
    /// @param admission is asked before anything is sent, and now and then
    /// @param position where to go on, as a watch gave it; empty: from now on; `start`: from the beginning
    /// @param types names of events; none means all
    void watch(
            Optional<AgentId> agent,
            Admission admission,
            String position,
            List<String> types,
            ServerCallStreamObserver<WatchResponse> observer) {
        enter(agent);
        Watcher watcher = new Watcher(this, tail, admission, Filter.of(agent, types), position, observer);
        observer.setOnReadyHandler(watcher::lookAgain);
        observer.setOnCancelHandler(watcher::cancel);
        Thread.ofVirtual().name("watch").start(() -> {
            try {
                watcher.run();
            } finally {
                leave(agent);
            }
        });
    }

    private void enter(Optional<AgentId> agent) {
        if (all.incrementAndGet() > MOST) {
            all.decrementAndGet();
            throw RefusedException.retryAfter(Reason.OVERLOADED, COME_BACK);
        }
        if (agent.isPresent()) {
            synchronized (ofAgents) {
                if (ofAgents.getOrDefault(agent.get(), 0) >= MOST_OF_ONE) {
                    all.decrementAndGet();
                    throw RefusedException.retryAfter(Reason.RATE_LIMITED, COME_BACK);
                }
                ofAgents.merge(agent.get(), 1, Integer::sum);
            }
        }
    }

    private void leave(Optional<AgentId> agent) {
        all.decrementAndGet();
        if (agent.isPresent()) {
            synchronized (ofAgents) {
                ofAgents.computeIfPresent(agent.get(), (id, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    Parties parties() {
        return parties;
    }

    AccountNames names() {
        return names;
    }

    /// A stretch of the past.
    ///
    /// @param entries what the filter admits, in an order that keeps each lane's
    /// @param upTo the position after it
    record Stretch(List<Entry> entries, WatchPosition upTo) {}

    /// Reads the next stretch after `from`, not beyond `end`. What lies in different lanes is put in order of time, as
    /// far as one stretch reaches.
    Stretch read(Filter filter, WatchPosition from, WatchPosition end) {
        readers.acquireUninterruptibly();
        try {
            return database.read(tx -> {
                List<Deque<Entry>> lanes = new ArrayList<>();
                WatchPosition upTo = from;
                for (int lane : end.numbers().keySet()) {
                    long first = from.in(lane);
                    long last = Math.min(end.in(lane), first + (filter.agent().isPresent() ? AGENTS_RANGE : RANGE));
                    if (last > first) {
                        Position after = Position.at(lane, first);
                        List<Entry> found = filter.agent()
                                .map(agent -> ledger.entriesOf(tx, agent, after, Position.at(lane, last)))
                                .orElseGet(() -> ledger.entriesAfter(tx, after, (int) (last - first)));
                        lanes.add(new ArrayDeque<>(
                                found.stream().filter(filter::admits).toList()));
                        upTo = upTo.passing(Position.at(lane, last));
                    }
                }
                return new Stretch(merged(lanes), upTo);
            });
        } finally {
            readers.release();
        }
    }

    private static List<Entry> merged(List<Deque<Entry>> lanes) {
        PriorityQueue<Deque<Entry>> heads = new PriorityQueue<>(
                Comparator.comparing((Deque<Entry> lane) -> lane.element().at()));
        lanes.stream().filter(lane -> !lane.isEmpty()).forEach(heads::add);
        List<Entry> merged = new ArrayList<>();
        while (!heads.isEmpty()) {
            Deque<Entry> earliest = heads.remove();
            merged.add(earliest.remove());
            if (!earliest.isEmpty()) {
                heads.add(earliest);
            }
        }
        return merged;
    }
}
