package hanse.peer;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts what passes on each link, from the process's start.
public final class PeerMetrics {
    private static final int MAX_FAULT = 200;

    private final InstantSource clock;
    private final Map<String, Counters> peers = new ConcurrentHashMap<>();

    public PeerMetrics(InstantSource clock) {
        this.clock = clock;
    }

    /// One link at one moment.
    ///
    /// @param registryId the peer
    /// @param connected whether our stream to it is up
    /// @param inFlight messages sent to it and not yet answered
    /// @param sent messages sent, repeats included
    /// @param repeated messages sent again after a lost connection or a missing answer
    /// @param answered outcomes of it that verified
    /// @param undecided its answers that decided nothing
    /// @param received its messages that verified
    /// @param refusedMessages its messages that did not
    /// @param refusedAnswers its answers that did not verify or answered nothing
    /// @param handshakeFailures certificates that claimed to be it and were not
    /// @param reconnects streams to it that ended other than by us
    /// @param lastHeard when anything authentic came from it
    /// @param lastFault what went wrong last; empty once an exchange went well again
    /// @param lastFaultAt when that was, also after `lastFault` was cleared
    public record Snapshot(
            String registryId,
            boolean connected,
            int inFlight,
            long sent,
            long repeated,
            long answered,
            long undecided,
            long received,
            long refusedMessages,
            long refusedAnswers,
            long handshakeFailures,
            long reconnects,
            Optional<Instant> lastHeard,
            Optional<String> lastFault,
            Optional<Instant> lastFaultAt) {}

    /// Every link of which something is known, by registry id.
    public List<Snapshot> snapshot() {
        return peers.entrySet().stream()
                .map(entry -> entry.getValue().snapshot(entry.getKey()))
                .sorted(Comparator.comparing(Snapshot::registryId))
                .toList();
    }

    /// One link; all zero when nothing is known of it.
    public Snapshot snapshot(String registryId) {
        Counters counters = peers.get(registryId);
        return (counters == null ? new Counters() : counters).snapshot(registryId);
    }

    Counters of(String registryId) {
        return peers.computeIfAbsent(registryId, id -> new Counters());
    }

    final class Counters {
        final LongAdder sent = new LongAdder();
        final LongAdder repeated = new LongAdder();
        final LongAdder answered = new LongAdder();
        final LongAdder undecided = new LongAdder();
        final LongAdder received = new LongAdder();
        final LongAdder reconnects = new LongAdder();
        volatile boolean connected;
        volatile int inFlight;
        private final LongAdder refusedMessages = new LongAdder();
        private final LongAdder refusedAnswers = new LongAdder();
        private final LongAdder handshakeFailures = new LongAdder();
        private volatile Optional<Instant> lastHeard = Optional.empty();
        private volatile Optional<String> lastFault = Optional.empty();
        private volatile Optional<Instant> lastFaultAt = Optional.empty();

        void heard() {
            lastHeard = Optional.of(clock.instant());
        }

        void wentWell() {
            heard();
            if (lastFault.isPresent()) {
                lastFault = Optional.empty();
            }
        }

        void messageRefused(String why) {
            refusedMessages.increment();
            fault(why);
        }

        void answerRefused(String why) {
            refusedAnswers.increment();
            fault(why);
        }

        void handshakeFailed(String why) {
            handshakeFailures.increment();
            fault(why);
        }

        /// Parts of it may come from the peer: cut short, and no character that could deceive in a log or a terminal.
        void fault(String why) {
            String text = why.replaceAll("[^\\x20-\\x7e]", "?");
            lastFaultAt = Optional.of(clock.instant());
            lastFault = Optional.of(text.length() <= MAX_FAULT ? text : text.substring(0, MAX_FAULT));
        }

        private Snapshot snapshot(String registryId) {
            return new Snapshot(
                    registryId,
                    connected,
                    inFlight,
                    sent.sum(),
                    repeated.sum(),
                    answered.sum(),
                    undecided.sum(),
                    received.sum(),
                    refusedMessages.sum(),
                    refusedAnswers.sum(),
                    handshakeFailures.sum(),
                    reconnects.sum(),
                    lastHeard,
                    lastFault,
                    lastFaultAt);
        }
    }
}
