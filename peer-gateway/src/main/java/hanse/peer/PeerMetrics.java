package hanse.peer;

import java.security.cert.CertificateException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/// Counts what passes on each link, from the process's start.
public final class PeerMetrics {
    private final InstantSource clock;
    private final Refusals refusals;
    private final Map<String, Counters> peers = new ConcurrentHashMap<>();

    public PeerMetrics(InstantSource clock) {
        this.clock = clock;
        this.refusals = new Refusals(clock);
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
    /// @param setAside messages that it left undecided too often, from the process's start
    /// @param received its messages that verified
    /// @param refusedMessages its messages that did not
    /// @param refusedAnswers its answers that did not verify or answered nothing
    /// @param handshakeFailures certificates that claimed to be it and were not
    /// @param reconnects streams to it that ended other than by us
    /// @param knowsCard whether it has taken over our card as it is now
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
            long setAside,
            long received,
            long refusedMessages,
            long refusedAnswers,
            long handshakeFailures,
            long reconnects,
            boolean knowsCard,
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
        return (counters == null ? new Counters(registryId) : counters).snapshot(registryId);
    }

    /// What was asked in order, and refused: counted, and said in the log.
    ///
    /// @param peer a peer of this registry
    /// @param reason one of a closed list
    public void refused(String peer, String reason, String detail) {
        refusals.add(peer, reason, detail);
    }

    /// Whether a peer has taken over our card as it is now.
    public void knowsCard(String peer, boolean knows) {
        of(peer).knowsCard = knows;
    }

    /// How often what was refused of a peer, by reason; of `(stranger)` what came from nobody known.
    public Map<String, Long> refusals(String peer) {
        return refusals.of(peer);
    }

    /// Calls the listener with peer and reason of each refusal, on the thread that refuses; it must be quick.
    public void onRefusal(BiConsumer<String, String> listener) {
        refusals.onEach(listener);
    }

    /// Something that came from nobody known was refused.
    void stranger(Refusal why, String detail) {
        refusals.add(Refusals.STRANGER, why.name(), detail);
    }

    Counters of(String registryId) {
        return peers.computeIfAbsent(registryId, Counters::new);
    }

    final class Counters {
        final LongAdder sent = new LongAdder();
        final LongAdder repeated = new LongAdder();
        final LongAdder answered = new LongAdder();
        final LongAdder undecided = new LongAdder();
        final LongAdder setAside = new LongAdder();
        final LongAdder received = new LongAdder();
        final LongAdder reconnects = new LongAdder();
        volatile boolean connected;
        volatile int inFlight;
        volatile boolean knowsCard;
        private final LongAdder refusedMessages = new LongAdder();
        private final LongAdder refusedAnswers = new LongAdder();
        private final LongAdder handshakeFailures = new LongAdder();
        private volatile Optional<Instant> lastHeard = Optional.empty();
        private volatile Optional<String> lastFault = Optional.empty();
        private volatile Optional<Instant> lastFaultAt = Optional.empty();
        private final String registryId;

        Counters(String registryId) {
            this.registryId = registryId;
        }

        void heard() {
            lastHeard = Optional.of(clock.instant());
        }

        void wentWell() {
            heard();
            if (lastFault.isPresent()) {
                lastFault = Optional.empty();
            }
        }

        void messageRefused(Refusal reason, String why) {
            refusedMessages.increment();
            fault(why);
            refused(reason, why);
        }

        void answerRefused(Refusal reason, String why) {
            refusedAnswers.increment();
            fault(why);
            refused(reason, why);
        }

        void certificateRefused(CertificateException why) {
            handshakeFailures.increment();
            fault(String.valueOf(why.getMessage()));
            refused(
                    why instanceof RevokedException ? Refusal.CERTIFICATE_REVOKED : Refusal.CERTIFICATE_REFUSED,
                    String.valueOf(why.getMessage()));
        }

        /// @return whether the log says it, and not only counts it
        boolean refused(Refusal reason, String detail) {
            return refusals.add(registryId, reason.name(), detail);
        }

        void fault(String why) {
            lastFaultAt = Optional.of(clock.instant());
            lastFault = Optional.of(Refusals.plain(why));
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
                    setAside.sum(),
                    received.sum(),
                    refusedMessages.sum(),
                    refusedAnswers.sum(),
                    handshakeFailures.sum(),
                    reconnects.sum(),
                    knowsCard,
                    lastHeard,
                    lastFault,
                    lastFaultAt);
        }
    }
}
