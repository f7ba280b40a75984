package hanse.peer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What was refused, by peer and reason: counted, and said in the log, where a flood of one kind is one line a minute.
/// Peers and reasons are few; nothing that a stranger chooses is ever a key.
final class Refusals {
    /// Whoever proved to be nobody. No registry has this name.
    static final String STRANGER = "(stranger)";

    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int LONGEST_TEXT = 200;
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final InstantSource clock;
    private final Map<Kind, Tally> tallies = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, String>> listeners = new CopyOnWriteArrayList<>();

    private record Kind(String peer, String reason) {}

    private static final class Tally {
        private long count;
        private long said;
        private Instant nextLine = Instant.MIN;
    }

    Refusals(InstantSource clock) {
        this.clock = clock;
    }

    /// Counts one.
    ///
    /// @param detail for the log; may come from the peer
    /// @return whether the log says it, and not only counts it
    boolean add(String peer, String reason, String detail) {
        Tally tally = tallies.computeIfAbsent(new Kind(peer, reason), kind -> new Tally());
        long silent;
        synchronized (tally) {
            tally.count++;
            Instant now = clock.instant();
            if (now.isBefore(tally.nextLine)) {
                silent = -1;
            } else {
                silent = tally.count - tally.said - 1;
                tally.said = tally.count;
                tally.nextLine = now.plus(PAUSE);
            }
        }
        listeners.forEach(listener -> listener.accept(peer, reason));
        if (silent == 0) {
            log.warn("refused of {}: {}, {}", peer, reason, plain(detail));
        } else if (silent > 0) {
            log.warn(
                    "refused of {}: {}, {}; and {} more since this was last said", peer, reason, plain(detail), silent);
        }
        return silent >= 0;
    }

    /// Calls the listener with peer and reason of each refusal, on the thread that refuses; it must be quick.
    void onEach(BiConsumer<String, String> listener) {
        listeners.add(listener);
    }

    /// How often, by reason.
    Map<String, Long> of(String peer) {
        Map<String, Long> counts = new TreeMap<>();
        tallies.forEach((kind, tally) -> {
            if (kind.peer.equals(peer)) {
                synchronized (tally) {
                    counts.put(kind.reason, tally.count);
                }
            }
        });
        return counts;
    }

    /// Parts of a text may come from a peer: cut short, and no character that could deceive in a log or a terminal.
    static String plain(String text) {
        String cut = text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT);
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
