package hanse.peer;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;

/// What one pump knows of the outbox. A message is in one place at a time: ready (to be sent), in flight (sent),
/// deciding (its outcome is being stored), or waiting (nothing was decided; it is sent again when its time comes).
///
/// Used under the pump's [Signal] only.
final class Backlog {
    private final PumpSettings settings;
    private final LinkedHashMap<UUID, Dispatch> ready = new LinkedHashMap<>();
    private final LinkedHashMap<UUID, Dispatch> inFlight = new LinkedHashMap<>();
    private final Map<UUID, Dispatch> deciding = new HashMap<>();
    private final Map<UUID, Dispatch> waiting = new HashMap<>();
    private final PriorityQueue<Dispatch> retries =
            new PriorityQueue<>(Comparator.comparingLong(dispatch -> dispatch.retryAt));

    /// The last ones that were decided: a look that began before must not send them again, and a second answer to one
    /// that was sent twice is nothing strange.
    private final LinkedHashMap<UUID, ByteString> settled = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, ByteString> eldest) {
            return size() > 4 * settings.window();
        }
    };

    Backlog(PumpSettings settings) {
        this.settings = settings;
    }

    /// How many messages are here and without an outcome.
    int size() {
        return ready.size() + inFlight.size() + deciding.size() + waiting.size();
    }

    int inFlight() {
        return inFlight.size();
    }

    /// Whether more is here than will be sent soon.
    boolean isFull() {
        return ready.size() >= 2 * settings.window() || tooManyWait();
    }

    /// Whether more could soon be sent than is ready.
    boolean isLow() {
        return ready.size() <= settings.window() / 2 && hasRoom() && !tooManyWait();
    }

    /// A peer that decides nothing gets no more than these until it decides some of them.
    private boolean tooManyWait() {
        return waiting.size() >= 4 * settings.window();
    }

    private boolean hasRoom() {
        return inFlight.size() + deciding.size() < settings.window();
    }

    /// Makes a message ready; says whether it is new here.
    boolean take(OutgoingMessage message) {
        UUID id = message.id();
        if (ready.containsKey(id)
                || inFlight.containsKey(id)
                || deciding.containsKey(id)
                || waiting.containsKey(id)
                || settled.containsKey(id)) {
            return false;
        }
        ready.put(id, new Dispatch(message));
        return true;
    }

    /// Takes out the next message that is ready, if the window has room for it. It is to be [#sent] or [#putOff].
    Optional<Dispatch> next() {
        if (!hasRoom() || ready.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ready.pollFirstEntry().getValue());
    }

    void sent(Dispatch dispatch, ExchangeStream stream, long now) {
        dispatch.sentOn = Optional.of(stream);
        dispatch.sentAt = now;
        dispatch.sentBefore = true;
        inFlight.put(dispatch.id(), dispatch);
    }

    /// Makes what waited long enough ready again, for an answer or for another try; says how many waited for an answer.
    int returnOverdue(long now) {
        int unanswered = 0;
        Iterator<Dispatch> oldest = inFlight.values().iterator();
        while (oldest.hasNext()) {
            Dispatch dispatch = oldest.next();
            if (now - dispatch.sentAt < settings.answerTimeout().toNanos()) {
                break;
            }
            oldest.remove();
            ready.put(dispatch.id(), dispatch);
            unanswered++;
        }
        while (!retries.isEmpty() && now - retries.element().retryAt >= 0) {
            Dispatch dispatch = retries.remove();
            if (waiting.remove(dispatch.id(), dispatch)) {
                ready.put(dispatch.id(), dispatch);
            }
        }
        return unanswered;
    }

    /// Makes what a stream left unanswered ready again.
    void returnFrom(ExchangeStream stream) {
        Iterator<Dispatch> sent = inFlight.values().iterator();
        while (sent.hasNext()) {
            Dispatch dispatch = sent.next();
            if (dispatch.sentOn.filter(stream::equals).isPresent()) {
                sent.remove();
                ready.put(dispatch.id(), dispatch);
            }
        }
    }

    /// Nanoseconds until something will be overdue.
    long untilOverdue(long now) {
        long wait = Long.MAX_VALUE;
        if (!inFlight.isEmpty()) {
            long oldest = inFlight.firstEntry().getValue().sentAt;
            wait = oldest + settings.answerTimeout().toNanos() - now;
        }
        if (!retries.isEmpty()) {
            wait = Math.min(wait, retries.element().retryAt - now);
        }
        return wait;
    }

    /// A message that was sent at least once and has no outcome; also one that is about to be sent again. Not one that
    /// waits: its time alone makes it ready, however often the peer repeats an answer that could not be stored.
    Optional<Dispatch> awaitingAnswer(UUID id) {
        Dispatch dispatch = inFlight.get(id);
        if (dispatch == null) {
            dispatch = ready.get(id);
        }
        return Optional.ofNullable(dispatch).filter(found -> found.sentBefore);
    }

    /// Whether a message was answered: it has its outcome, is getting it, or waits to be sent again.
    boolean isAnswered(UUID id) {
        return settled.containsKey(id) || deciding.containsKey(id) || waiting.containsKey(id);
    }

    /// The outcome came and is to be stored; false when another answer was quicker.
    boolean deciding(Dispatch dispatch) {
        UUID id = dispatch.id();
        boolean first = inFlight.remove(id, dispatch) || ready.remove(id, dispatch);
        if (first) {
            deciding.put(id, dispatch);
        }
        return first;
    }

    /// The outcome is stored.
    ///
    /// @param digest of the outcome
    void settled(Dispatch dispatch, ByteString digest) {
        deciding.remove(dispatch.id());
        settled.put(dispatch.id(), digest);
    }

    /// Whether a message has got another outcome than that, a while ago at most.
    boolean isSettledOtherwise(UUID id, ByteString digest) {
        ByteString known = settled.get(id);
        return known != null && !known.equals(digest);
    }

    /// The outcome could not be stored: the peer will be asked again.
    void notStored(Dispatch dispatch) {
        deciding.remove(dispatch.id());
        putOff(dispatch);
    }

    /// The answer decided nothing; false when the message is not in flight any more.
    boolean undecided(Dispatch dispatch) {
        boolean was = inFlight.remove(dispatch.id(), dispatch);
        if (was) {
            putOff(dispatch);
        }
        return was;
    }

    /// It is left to the outbox; a look may bring it back.
    void forget(Dispatch dispatch) {
        waiting.remove(dispatch.id(), dispatch);
        retries.remove(dispatch);
    }

    /// Waits longer each time. Kept however many wait, because nobody else knows when it is due; that they do not
    /// become too many is a matter of taking no more.
    void putOff(Dispatch dispatch) {
        dispatch.undecided++;
        dispatch.retryAt =
                System.nanoTime() + Backoff.nanos(dispatch.undecided, settings.firstBackoff(), settings.lastBackoff());
        waiting.put(dispatch.id(), dispatch);
        retries.add(dispatch);
    }
}
