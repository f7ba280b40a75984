package hanse.node.ledger;

import java.time.Duration;

/// How many commands may wait for the writers: as many as they get done in the longest time that anybody should
/// wait, at the rate at which they have lately got done what they could. More would only be answered late, whoever
/// asks.
final class Backlog {
    /// How much the last batch counts against those before it.
    private static final double NEWEST = 0.3;

    private final GroupCommit.Settings settings;
    private final double[] rates;
    private volatile int limit;

    /// @param writers how many take from the queue
    Backlog(GroupCommit.Settings settings, int writers) {
        this.settings = settings;
        this.rates = new double[writers];
        this.limit = settings.longestQueue();
    }

    /// A writer has done a batch while it had as much to do as it can: only that tells how fast it is.
    ///
    /// @param writer counts from 0
    synchronized void done(int writer, int commands, long nanos) {
        double rate = commands / (double) Math.max(1, nanos);
        rates[writer] = rates[writer] == 0 ? rate : NEWEST * rate + (1 - NEWEST) * rates[writer];
        double known = 0;
        int measured = 0;
        for (double one : rates) {
            known += one;
            measured += one == 0 ? 0 : 1;
        }
        Duration wait = settings.longestWait();
        double all = known / measured * rates.length * wait.toNanos();
        // One batch may always wait: a batch is what makes them fast.
        limit = (int) Math.min(settings.longestQueue(), Math.max(settings.largestBatch(), all));
    }

    /// Whether one more may wait.
    boolean hasRoom(int waiting) {
        return waiting < limit;
    }

    /// Most that wait now, but for those who are always let in.
    int limit() {
        return limit;
    }
}
