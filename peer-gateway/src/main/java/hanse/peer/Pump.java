package hanse.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Answer;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedMessage;
import hanse.federation.v1.SignedOutcome;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only sender of messages to one peer. Every message that the outbox holds is sent until its outcome is known,
/// over one
/// stream, many at a time; none is under way twice. What a lost connection, a missing answer or a restart left open
/// is
/// simply
/// sent again: recovery is the ordinary path. One virtual thread sends; answers are verified on threads of their own.
///
/// A message is in one place at a time: ready (to be sent), in flight (sent), deciding (its outcome is being stored),
/// or waiting
/// (nothing was decided; it is sent again when its time comes).
final class Pump {
    private static final Logger log = LoggerFactory.getLogger(Pump.class);

    /// How many messages are handed to the stream before it is asked again whether it takes more.
    private static final int BATCH = 64;

    private final String self;
    private final String peer;
    private final PumpSettings settings;
    private final PeerTrust trust;
    private final PeerLink link;
    private final Outbox outbox;
    private final PeerMetrics.Counters metrics;
    private final InstantSource clock;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition signal = lock.newCondition();
    private boolean signalled;
    private boolean stopped;

    private final LinkedHashMap<UUID, Entry> ready = new LinkedHashMap<>();
    private final LinkedHashMap<UUID, Entry> inFlight = new LinkedHashMap<>();
    private final Map<UUID, Entry> deciding = new HashMap<>();
    private final Map<UUID, Entry> waiting = new HashMap<>();
    private final PriorityQueue<Entry> retries = new PriorityQueue<>(Comparator.comparingLong(entry -> entry.retryAt));

    /// The last ones that were decided: a look that began before must not send them again, and a second answer to one
    /// that was
    /// sent twice is nothing strange.
    private final LinkedHashMap<UUID, Boolean> settled = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
            return size() > 4 * settings.window();
        }
    };

    private boolean lookDue = true;
    private boolean refreshDue;
    private int failures;
    private long connectAt = System.nanoTime();

    // Touched by the pump's thread only.
    private @Nullable Stream current;
    private @Nullable Stream successor;
    private final List<Stream> draining = new ArrayList<>();
    private long lookAt = System.nanoTime();
    private long refreshAt;
    private int lookFailures;

    /// A message on its way.
    private static final class Entry {
        final OutgoingMessage message;
        final ByteString digest;

        @Nullable
        Stream sentOn;

        long sentAt;
        long retryAt;
        int undecided;
        boolean sentBefore;

        Entry(OutgoingMessage message) {
            this.message = message;
            this.digest =
                    ByteString.copyFrom(SignedBytes.sha256(message.signed().getMessage()));
        }

        UUID id() {
            return message.id();
        }
    }

    Pump(
            String self,
            String peer,
            PumpSettings settings,
            PeerTrust trust,
            PeerLink link,
            Outbox outbox,
            PeerMetrics.Counters metrics,
            InstantSource clock) {
        this.self = self;
        this.peer = peer;
        this.settings = settings;
        this.trust = trust;
        this.link = link;
        this.outbox = outbox;
        this.metrics = metrics;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("pump-" + peer).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Sends nothing more; returns when that is so.
    void stop() {
        locked(() -> stopped = true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Something new is in the outbox.
    void wake() {
        locked(() -> lookDue = true);
    }

    /// This is new in the outbox. Takes it without a look there when there is room.
    void offer(OutgoingMessage message) {
        locked(() -> {
            if (ready.size() >= 2 * settings.window()) {
                lookDue = true;
            } else {
                take(message);
            }
        });
    }

    /// The peer made itself known: it is there again, so the next attempt to reach it need not wait long.
    void heard() {
        locked(() -> {
            if (failures > 1) {
                failures = 1;
                connectAt = Math.min(
                        connectAt, System.nanoTime() + settings.firstBackoff().toNanos());
            }
        });
    }

    /// What is pinned of the peer has changed: try at once.
    void trustChanged() {
        locked(() -> {
            failures = 0;
            connectAt = System.nanoTime();
        });
    }

    /// Our certificate was renewed: move to a new connection.
    void refresh() {
        locked(() -> refreshDue = true);
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            signalled = true;
            signal.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the pump's thread

    private void run() {
        try {
            while (!isStopped()) {
                try {
                    tendStreams();
                    returnOverdue();
                    look();
                    send();
                    await();
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
            closeStreams();
        }
    }

    private boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    private void tendStreams() {
        long now = System.nanoTime();
        draining.removeIf(stream -> {
            if (stream.isClosed()) {
                return true;
            }
            if (now - stream.drainingSince > settings.answerTimeout().toNanos()) {
                stream.cancel();
            }
            return false;
        });
        for (Stream stream : new @Nullable Stream[] {current, successor}) {
            if (stream != null
                    && !stream.isUp()
                    && now - stream.openedAt > settings.answerTimeout().toNanos()) {
                stream.cancel();
            }
        }
        if (successor != null && successor.isClosed()) {
            // The old connection still works: stay with it, and try again later.
            successor = null;
            refreshAt = now + settings.lastBackoff().toNanos();
        }
        if (successor != null && successor.isUp()) {
            Stream old = current;
            current = successor;
            successor = null;
            if (old != null && !old.isClosed()) {
                old.halfClose();
                draining.add(old);
            }
        }
        if (current != null && current.isClosed()) {
            current = successor;
            successor = null;
        }
        boolean mayOpen;
        boolean refresh = false;
        lock.lock();
        try {
            mayOpen = current == null && now - connectAt >= 0;
            if (current != null && successor == null && current.isUp()) {
                refresh = refreshDue || now - refreshAt >= 0;
                refreshDue = refreshDue && !refresh;
            }
        } finally {
            lock.unlock();
        }
        if (mayOpen) {
            current = link.channel().map(Stream::new).orElse(null);
            refreshAt = now + settings.refreshEvery().toNanos();
        } else if (refresh) {
            successor = link.fresh().map(Stream::new).orElse(null);
            refreshAt = now + settings.refreshEvery().toNanos();
        }
        metrics.connected = current != null && current.isUp();
    }

    /// Puts back what waited long enough, for an answer or for another try.
    private void returnOverdue() {
        long now = System.nanoTime();
        lock.lock();
        try {
            Iterator<Entry> oldest = inFlight.values().iterator();
            while (oldest.hasNext()) {
                Entry entry = oldest.next();
                if (now - entry.sentAt < settings.answerTimeout().toNanos()) {
                    break;
                }
                oldest.remove();
                ready.put(entry.id(), entry);
                metrics.fault("no answer in time");
            }
            while (!retries.isEmpty() && now - retries.element().retryAt >= 0) {
                Entry entry = retries.remove();
                if (waiting.remove(entry.id(), entry)) {
                    ready.put(entry.id(), entry);
                }
            }
            metrics.inFlight = inFlight.size();
        } finally {
            lock.unlock();
        }
    }

    /// Looks into the outbox when there is a reason, and room for what may be found.
    private void look() {
        int limit;
        lock.lock();
        try {
            boolean due = lookDue || System.nanoTime() - lookAt >= 0;
            if (!due || stopped || !mayLook()) {
                return;
            }
            if (lookFailures > 0 && System.nanoTime() - lookAt < 0) {
                return;
            }
            lookDue = false;
            // What is already here may be among what is found.
            limit = settings.window() + ready.size() + inFlight.size() + deciding.size() + waiting.size();
        } finally {
            lock.unlock();
        }
        List<OutgoingMessage> found;
        try {
            found = outbox.due(peer, limit);
        } catch (RuntimeException e) {
            lookFailures++;
            lookAt = System.nanoTime() + Backoff.nanos(lookFailures, settings.firstBackoff(), settings.lastBackoff());
            log.warn("the outbox to {} cannot be read", peer, e);
            metrics.fault("the outbox cannot be read");
            locked(() -> lookDue = true);
            return;
        }
        lookFailures = 0;
        lookAt = System.nanoTime() + settings.lookEvery().toNanos();
        locked(() -> {
            int taken = 0;
            for (OutgoingMessage message : found) {
                if (take(message)) {
                    taken++;
                }
            }
            if (taken > 0 && found.size() >= limit) {
                lookDue = true;
            }
        });
    }

    /// Whether what a look finds could soon be sent; when not, an answer or a new stream gives the signal.
    private boolean mayLook() {
        return current != null && ready.size() <= settings.window() / 2 && room() > 0;
    }

    private int room() {
        return settings.window() - inFlight.size() - deciding.size();
    }

    /// @return whether it is new here
    private boolean take(OutgoingMessage message) {
        UUID id = message.id();
        if (ready.containsKey(id)
                || inFlight.containsKey(id)
                || deciding.containsKey(id)
                || waiting.containsKey(id)
                || settled.containsKey(id)) {
            return false;
        }
        ready.put(id, new Entry(message));
        return true;
    }

    private void send() {
        Stream stream = current;
        List<Entry> batch = new ArrayList<>(BATCH);
        List<Entry> unsendable = new ArrayList<>();
        while (stream != null && stream.isReady()) {
            batch.clear();
            lock.lock();
            try {
                if (stopped) {
                    return;
                }
                Iterator<Entry> next = ready.values().iterator();
                long now = System.nanoTime();
                while (batch.size() < BATCH && room() > 0 && next.hasNext() && !stream.closed) {
                    Entry entry = next.next();
                    next.remove();
                    if (entry.message.signed().getMessage().size() > PeerServer.MAX_MESSAGE_BYTES) {
                        putOff(entry);
                        unsendable.add(entry);
                        continue;
                    }
                    entry.sentOn = stream;
                    entry.sentAt = now;
                    if (entry.sentBefore) {
                        metrics.repeated.increment();
                    }
                    entry.sentBefore = true;
                    inFlight.put(entry.id(), entry);
                    batch.add(entry);
                }
                metrics.inFlight = inFlight.size();
            } finally {
                lock.unlock();
            }
            for (Entry entry : unsendable) {
                metrics.fault("a message of ours is larger than peers accept");
                reportUndecided(entry, "MESSAGE_UNREADABLE");
            }
            unsendable.clear();
            if (batch.isEmpty()) {
                return;
            }
            for (Entry entry : batch) {
                stream.send(entry.message.signed());
            }
            metrics.sent.add(batch.size());
        }
    }

    private void await() throws InterruptedException {
        lock.lock();
        try {
            long now = System.nanoTime();
            long wait = mayLook() ? lookAt - now : settings.lookEvery().toNanos();
            if (!inFlight.isEmpty()) {
                long oldest = inFlight.firstEntry().getValue().sentAt;
                wait = Math.min(wait, oldest + settings.answerTimeout().toNanos() - now);
            }
            if (!retries.isEmpty()) {
                wait = Math.min(wait, retries.element().retryAt - now);
            }
            if (current == null) {
                // Not to be reached: nothing to look for until the next attempt, or until the peer is trusted again.
                wait = trust.find(peer).isPresent()
                        ? connectAt - now
                        : settings.lookEvery().toNanos();
            }
            if (current != null && !current.isUp()) {
                wait = Math.min(
                        wait, current.openedAt + settings.answerTimeout().toNanos() - now);
            }
            // A millisecond at least, so that nothing that is due and cannot be done yet makes this thread spin.
            wait = Math.max(wait, 1_000_000);
            while (!signalled && !stopped && wait > 0) {
                wait = signal.awaitNanos(wait);
            }
            signalled = false;
        } finally {
            lock.unlock();
        }
    }

    private void closeStreams() {
        List<Stream> open = new ArrayList<>(draining);
        if (current != null) {
            open.add(current);
        }
        if (successor != null) {
            open.add(successor);
        }
        open.forEach(Stream::cancel);
        metrics.connected = false;
        metrics.inFlight = 0;
    }

    // ---- answers, each on a thread of its own

    private void answered(Answer answer) {
        Optional<UUID> id = MessageIds.parse(answer.getId());
        Entry entry = id.map(this::find).orElse(null);
        if (entry == null) {
            if (id.isEmpty() || !isSettled(id.get())) {
                metrics.answerRefused("it answered a message that was not sent");
            }
            return;
        }
        switch (answer.getResultCase()) {
            case OUTCOME -> decided(entry, answer.getOutcome());
            case UNDECIDED -> undecided(entry, answer.getUndecided().getReason());
            case RESULT_NOT_SET -> metrics.answerRefused("it answered nothing");
        }
    }

    /// A message that was sent at least once and has no outcome; also one that is about to be sent again.
    private @Nullable Entry find(UUID id) {
        lock.lock();
        try {
            Entry entry = inFlight.get(id);
            if (entry == null) {
                entry = ready.get(id);
            }
            if (entry == null) {
                entry = waiting.get(id);
            }
            return entry != null && entry.sentBefore ? entry : null;
        } finally {
            lock.unlock();
        }
    }

    private boolean isSettled(UUID id) {
        lock.lock();
        try {
            return settled.containsKey(id) || deciding.containsKey(id);
        } finally {
            lock.unlock();
        }
    }

    private void decided(Entry entry, SignedOutcome signed) {
        Optional<Outcome> verified = verify(entry, signed);
        if (verified.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            boolean ours = inFlight.remove(entry.id(), entry)
                    || ready.remove(entry.id(), entry)
                    || waiting.remove(entry.id(), entry);
            if (!ours) {
                return;
            }
            deciding.put(entry.id(), entry);
        } finally {
            lock.unlock();
        }
        metrics.answered.increment();
        CompletionStage<Void> stored;
        try {
            stored = outbox.decided(peer, new VerifiedOutcome(peer, entry.id(), verified.get(), signed));
        } catch (RuntimeException e) {
            notStored(entry, e);
            return;
        }
        stored.whenComplete((nothing, failure) -> {
            if (failure != null) {
                notStored(entry, failure);
            } else {
                metrics.wentWell();
                locked(() -> {
                    deciding.remove(entry.id());
                    settled.put(entry.id(), true);
                });
            }
        });
    }

    private void notStored(Entry entry, Throwable failure) {
        log.warn("the outcome of message {} to {} could not be stored", entry.id(), peer, failure);
        metrics.fault("an outcome could not be stored");
        locked(() -> {
            deciding.remove(entry.id());
            putOff(entry);
        });
    }

    private void undecided(Entry entry, String said) {
        String reason = said.matches("[A-Z][A-Z0-9_]{0,63}") ? said : "UNSPECIFIED";
        metrics.undecided.increment();
        metrics.heard();
        metrics.fault("it decided nothing: " + reason);
        lock.lock();
        try {
            if (!inFlight.remove(entry.id(), entry)) {
                return;
            }
            putOff(entry);
            signalled = true;
            signal.signalAll();
        } finally {
            lock.unlock();
        }
        reportUndecided(entry, reason);
    }

    private void reportUndecided(Entry entry, String reason) {
        long wait = Math.max(0, entry.retryAt - System.nanoTime());
        try {
            outbox.undecided(peer, entry.id(), reason, clock.instant().plusNanos(wait));
        } catch (RuntimeException e) {
            // Only the time of the next try is lost; the message itself is here and in the outbox.
            log.warn("message {} to {} could not be put off in the outbox", entry.id(), peer, e);
        }
    }

    /// Waits longer each time. Those that would be too many to remember are left to the outbox, which knows when they
    /// are due.
    private void putOff(Entry entry) {
        entry.undecided++;
        entry.retryAt =
                System.nanoTime() + Backoff.nanos(entry.undecided, settings.firstBackoff(), settings.lastBackoff());
        if (waiting.size() < 4 * settings.window()) {
            waiting.put(entry.id(), entry);
            retries.add(entry);
        }
    }

    /// The outcome, if it proves itself: by the peer's key, from it, to us, about exactly the message that we sent.
    private Optional<Outcome> verify(Entry entry, SignedOutcome signed) {
        Optional<TrustedPeer> pinned = trust.find(peer);
        if (pinned.isEmpty()) {
            return Optional.empty();
        }
        ByteString bytes = signed.getOutcome();
        if (!pinned.get()
                .signed(SignedBytes.OUTCOME.of(bytes), signed.getSignature().toByteArray())) {
            return forged("an outcome not signed by its key");
        }
        Outcome outcome;
        try {
            outcome = Outcome.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            return forged("an outcome that is none");
        }
        if (!outcome.getFrom().equals(peer) || !outcome.getTo().equals(self)) {
            return forged("an outcome between other registries");
        }
        if (!outcome.getId().equals(MessageIds.bytes(entry.id()))
                || !outcome.getRequestDigest().equals(entry.digest)) {
            return forged("the outcome of another message");
        }
        if (outcome.getResultCase() == Outcome.ResultCase.RESULT_NOT_SET) {
            return forged("an outcome without a result known here");
        }
        return Optional.of(outcome);
    }

    private Optional<Outcome> forged(String what) {
        log.warn("{} sent {}", peer, what);
        metrics.answerRefused("it sent " + what);
        return Optional.empty();
    }

    // ---- one stream

    /// One Exchange call. Called by the pump's thread; its listener by the event loop.
    private final class Stream extends ClientCall.Listener<Answer> {
        private final ManagedChannel channel;
        private final ClientCall<SignedMessage, Answer> call;
        private volatile boolean up;
        private volatile boolean closed;
        private volatile boolean cancelled;
        private boolean halfClosed;

        /// Answers that came and are being looked at; under the pump's lock.
        private int inHand;
        private final long openedAt = System.nanoTime();
        private long drainingSince;

        Stream(ManagedChannel channel) {
            this.channel = channel;
            this.call = channel.newCall(FederationServiceGrpc.getExchangeMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(settings.window());
        }

        boolean isUp() {
            return up && !closed;
        }

        boolean isClosed() {
            return closed;
        }

        /// Messages go out only once the peer is reached: before, they would fill a buffer.
        boolean isReady() {
            return up && !closed && !halfClosed && !cancelled && call.isReady();
        }

        void send(SignedMessage message) {
            call.sendMessage(message);
        }

        void halfClose() {
            drainingSince = System.nanoTime();
            if (!cancelled) {
                halfClosed = true;
                call.halfClose();
            }
        }

        void cancel() {
            if (!cancelled) {
                cancelled = true;
                call.cancel("the pump ends this stream", null);
            }
        }

        @Override
        public void onHeaders(Metadata headers) {
            up = true;
            metrics.wentWell();
            locked(() -> {
                failures = 0;
                lookDue = true;
            });
        }

        @Override
        public void onReady() {
            locked(() -> {});
        }

        @Override
        public void onMessage(Answer answer) {
            lock.lock();
            try {
                inHand++;
            } finally {
                lock.unlock();
            }
            Thread.ofVirtual().name("peer-answer").start(() -> {
                try {
                    answered(answer);
                } finally {
                    call.request(1);
                    locked(() -> {
                        inHand--;
                        returnUnanswered();
                    });
                }
            });
        }

        /// Once the stream is over and its last answer has been looked at, what it left open is sent again.
        private void returnUnanswered() {
            if (!closed || inHand > 0) {
                return;
            }
            Iterator<Entry> entries = inFlight.values().iterator();
            while (entries.hasNext()) {
                Entry entry = entries.next();
                if (entry.sentOn == this) {
                    entries.remove();
                    ready.put(entry.id(), entry);
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean expected = status.isOk() || cancelled;
            if (!expected) {
                metrics.fault(describe(status));
            }
            locked(() -> {
                closed = true;
                if (!expected || !up) {
                    failures++;
                }
                connectAt = System.nanoTime()
                        + Backoff.nanos(Math.max(1, failures), settings.firstBackoff(), settings.lastBackoff());
                returnUnanswered();
            });
            if (!expected && up) {
                metrics.reconnects.increment();
            }
            link.retire(channel);
        }
    }

    private static String describe(Status status) {
        Throwable cause = status.getCause();
        String detail = status.getDescription();
        StringBuilder text = new StringBuilder("not reached: ").append(status.getCode());
        if (detail != null) {
            text.append(", ").append(detail);
        }
        while (cause != null) {
            text.append(", ").append(cause.getMessage());
            cause = cause.getCause();
        }
        return text.toString();
    }
}
