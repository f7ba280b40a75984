package hanse.peer;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only sender of messages to one peer. Every message that the outbox holds is sent until its outcome is known,
/// over one stream, many at a time; none is under way twice. What a lost connection, a missing answer or a restart
/// left open is simply sent again: recovery is the ordinary path.
///
/// One virtual thread looks into the outbox and sends what is in the [Backlog] over the current one of the
/// [OutgoingStreams]; [ReceivedAnswers] come on threads of their own.
final class Pump {
    private static final Logger log = LoggerFactory.getLogger(Pump.class);

    /// How many messages are handed to the stream before it is asked again whether it takes more.
    private static final int BATCH = 64;

    private final String peer;
    private final PumpSettings settings;
    private final Outbox outbox;
    private final PeerMetrics.Counters metrics;
    private final Thread thread;
    private final Signal signal = new Signal();
    private final Backlog backlog;
    private final OutgoingStreams streams;
    private final ReceivedAnswers answers;

    // Under the signal.
    private boolean lookDue = true;
    private boolean stopped;

    // Touched by the pump's thread only.
    private long lookAt = System.nanoTime();
    private int lookFailures;

    Pump(
            String self,
            String peer,
            PumpSettings settings,
            PeerTrust trust,
            PeerLink link,
            Outbox outbox,
            PeerMetrics.Counters metrics,
            InstantSource clock) {
        this.peer = peer;
        this.settings = settings;
        this.outbox = outbox;
        this.metrics = metrics;
        this.backlog = new Backlog(settings);
        this.answers = new ReceivedAnswers(
                peer, new OutcomeProof(self, peer, trust, metrics), outbox, backlog, signal, metrics, clock);
        this.streams = new OutgoingStreams(
                peer, settings, trust, link, backlog, signal, metrics, () -> lookDue = true, answers::answered);
        this.thread = Thread.ofVirtual().name("pump-" + peer).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Sends nothing more; returns when that is so.
    void stop() {
        signal.raise(() -> stopped = true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Something new is in the outbox.
    void wake() {
        signal.raise(() -> lookDue = true);
    }

    /// This is new in the outbox. Takes it without a look there when there is room.
    void offer(OutgoingMessage message) {
        signal.raise(() -> {
            if (backlog.isFull()) {
                lookDue = true;
            } else {
                backlog.take(message);
            }
        });
    }

    /// The peer made itself known: it is there again, so the next attempt to reach it need not wait long.
    void heard() {
        streams.heard();
    }

    /// What is pinned of the peer has changed: try at once.
    void trustChanged() {
        streams.trustChanged();
    }

    /// Our certificate was renewed: move to a new connection.
    void refresh() {
        streams.refresh();
    }

    private void run() {
        try {
            while (!isStopped()) {
                try {
                    streams.tend();
                    returnOverdue();
                    look();
                    send();
                    signal.await(this::untilDue);
                } catch (RuntimeException e) {
                    // Nothing may end the pump but its stop: money waits for it. The pause keeps a persistent failure
                    // from spinning.
                    log.error("the pump to {} stumbled", peer, e);
                    metrics.fault("the pump stumbled: " + e.getClass().getSimpleName());
                    TimeUnit.NANOSECONDS.sleep(settings.firstBackoff().toNanos());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            streams.close();
            metrics.inFlight = 0;
        }
    }

    private boolean isStopped() {
        return signal.guarded(() -> stopped);
    }

    private void returnOverdue() {
        int unanswered = signal.guarded(() -> {
            int returned = backlog.returnOverdue(System.nanoTime());
            metrics.inFlight = backlog.inFlight();
            return returned;
        });
        if (unanswered > 0) {
            metrics.fault("no answer in time");
        }
    }

    /// Looks into the outbox when there is a reason, and room for what may be found.
    private void look() {
        boolean timeHasCome = System.nanoTime() - lookAt >= 0;
        int limit = signal.guarded(() -> {
            if (stopped || !mayLook() || !(timeHasCome || (lookDue && lookFailures == 0))) {
                return 0;
            }
            lookDue = false;
            // What is already here may be among what is found.
            return settings.window() + backlog.size();
        });
        if (limit == 0) {
            return;
        }
        List<OutgoingMessage> found;
        try {
            found = outbox.due(peer, limit);
        } catch (RuntimeException e) {
            lookFailures++;
            lookAt = System.nanoTime() + Backoff.nanos(lookFailures, settings.firstBackoff(), settings.lastBackoff());
            log.warn("the outbox to {} cannot be read", peer, e);
            metrics.fault("the outbox cannot be read");
            wake();
            return;
        }
        lookFailures = 0;
        lookAt = System.nanoTime() + settings.lookEvery().toNanos();
        signal.raise(() -> {
            long taken = found.stream().filter(backlog::take).count();
            if (taken > 0 && found.size() >= limit) {
                lookDue = true;
            }
        });
    }

    /// Whether what a look finds could soon be sent; when not, an answer or a new stream gives the signal.
    private boolean mayLook() {
        return streams.current().isPresent() && backlog.isLow();
    }

    private void send() {
        Optional<ExchangeStream> current = streams.current();
        while (current.filter(ExchangeStream::isReady).isPresent()) {
            ExchangeStream stream = current.get();
            List<Dispatch> batch = new ArrayList<>(BATCH);
            List<Dispatch> tooLarge = new ArrayList<>();
            if (!signal.guarded(() -> fill(batch, tooLarge, stream))) {
                return;
            }
            for (Dispatch dispatch : tooLarge) {
                metrics.fault("a message of ours is larger than peers accept");
                answers.putOff(dispatch, "MESSAGE_UNREADABLE");
            }
            if (batch.isEmpty()) {
                return;
            }
            for (Dispatch dispatch : batch) {
                stream.send(dispatch.message().signed());
            }
            metrics.sent.add(batch.size());
        }
    }

    /// Takes what is to be sent next; false when the pump is to stop.
    private boolean fill(List<Dispatch> batch, List<Dispatch> tooLarge, ExchangeStream stream) {
        if (stopped) {
            return false;
        }
        long now = System.nanoTime();
        while (batch.size() < BATCH && !stream.isClosed()) {
            Optional<Dispatch> next = backlog.next();
            if (next.isEmpty()) {
                break;
            }
            Dispatch dispatch = next.get();
            if (dispatch.message().signed().getMessage().size() > PeerServer.MAX_MESSAGE_BYTES) {
                backlog.putOff(dispatch);
                tooLarge.add(dispatch);
                continue;
            }
            if (dispatch.sentBefore) {
                metrics.repeated.increment();
            }
            backlog.sent(dispatch, stream, now);
            batch.add(dispatch);
        }
        metrics.inFlight = backlog.inFlight();
        return true;
    }

    /// Nanoseconds until there is something to do although nobody gives the signal: a millisecond at least, so that
    /// nothing that is due and cannot be done yet makes the thread spin.
    private long untilDue() {
        long now = System.nanoTime();
        long look = mayLook() ? lookAt - now : settings.lookEvery().toNanos();
        long wait = streams.untilDue(now, Math.min(look, backlog.untilOverdue(now)));
        return Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1));
    }
}
