package hanse.node.ledger;

import java.util.concurrent.atomic.AtomicInteger;

/// How many commands may be under way, those that wait and those in the writers' hands: as many as the writers get
/// done in the longest time that anybody should wait, at the rate at which they have lately got done what they could.
/// More would only be answered late, whoever asks.
final class Backlog {
    /// How much the last batch counts against those before it.
    private static final double NEWEST = 0.2;

    /// So many are always let in: a batch is what makes the writers fast, and where a commit takes long they would
    /// otherwise never be found out to be able to do more.
    private static final int ALWAYS = 512;

    private final GroupCommit.Settings settings;
    private final AtomicInteger underWay = new AtomicInteger();
    private double commands;
    private double nanos;
    private long lastDone = Long.MIN_VALUE;
    private volatile int limit;
    private volatile boolean full;

    Backlog(GroupCommit.Settings settings) {
        this.settings = settings;
        this.limit = settings.longestQueue();
    }

    /// One more is under way.
    void entered() {
        underWay.incrementAndGet();
    }

    /// One has its answer.
    void left() {
        underWay.decrementAndGet();
    }

    /// There is as much to do as the writers can: the next batch that is done tells how fast they are.
    void foundFull() {
        full = true;
    }

    /// One of the writers has done a batch. What another did at the same time is not counted twice.
    ///
    /// @param begun when, in nanoseconds
    /// @param ended when, in nanoseconds of the same clock
    synchronized void done(int batch, long begun, long ended) {
        if (full) {
            full = false;
            long since = Math.max(begun, lastDone);
            boolean first = commands == 0;
            commands = first ? batch : NEWEST * batch + (1 - NEWEST) * commands;
            nanos = first ? ended - since : NEWEST * (ended - since) + (1 - NEWEST) * nanos;
            double inTime =
                    commands / Math.max(1, nanos) * settings.longestWait().toNanos();
            int always = Math.min(ALWAYS, settings.largestBatch());
            limit = (int) Math.min(settings.longestQueue(), Math.max(always, inTime));
        }
        lastDone = Math.max(lastDone, ended);
    }

    /// Whether one more may be let in.
    boolean hasRoom() {
        boolean room = underWay.get() < limit;
        if (!room) {
            foundFull();
        }
        return room;
    }

    /// Most that are under way now, but for those who are always let in.
    int limit() {
        return limit;
    }
}
