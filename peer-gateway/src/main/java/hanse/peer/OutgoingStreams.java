package hanse.peer;

import hanse.federation.v1.Answer;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The streams to one peer: the one in use, the one that is to take its place, and those that only wait for answers.
final class OutgoingStreams {
    private final String peer;
    private final PumpSettings settings;
    private final PeerTrust trust;
    private final PeerLink link;
    private final Backlog backlog;
    private final Signal signal;
    private final PeerMetrics.Counters metrics;
    private final Runnable whenReached;
    private final Consumer<Answer> whenAnswered;

    // Under the signal.
    private final Reconnection reconnection;
    private boolean refreshDue;

    // Touched by the pump's thread only.
    private @Nullable ExchangeStream current;
    private @Nullable ExchangeStream successor;
    private final List<ExchangeStream> draining = new ArrayList<>();
    private long refreshAt;

    /// @param whenReached is run under the signal
    /// @param whenAnswered is run on a thread of each answer's own
    OutgoingStreams(
            String peer,
            PumpSettings settings,
            PeerTrust trust,
            PeerLink link,
            Backlog backlog,
            Signal signal,
            PeerMetrics.Counters metrics,
            Runnable whenReached,
            Consumer<Answer> whenAnswered) {
        this.peer = peer;
        this.settings = settings;
        this.trust = trust;
        this.link = link;
        this.backlog = backlog;
        this.signal = signal;
        this.metrics = metrics;
        this.whenReached = whenReached;
        this.whenAnswered = whenAnswered;
        this.reconnection = new Reconnection(settings);
    }

    // ---- from anywhere

    void heard() {
        signal.raise(reconnection::heard);
    }

    void trustChanged() {
        signal.raise(reconnection::startOver);
    }

    void refresh() {
        signal.raise(() -> refreshDue = true);
    }

    // ---- the pump's thread

    Optional<ExchangeStream> current() {
        return Optional.ofNullable(current);
    }

    /// Opens, exchanges and ends streams as it is time to.
    void tend() {
        long now = System.nanoTime();
        endOverdue(now);
        replace(now);
        if (mayOpen(now)) {
            current = link.channel().map(this::open).orElse(null);
            refreshAt = now + settings.refreshEvery().toNanos();
        } else if (isRefreshDue(now)) {
            successor = link.fresh().map(this::open).orElse(null);
            refreshAt = now + settings.refreshEvery().toNanos();
        }
        metrics.connected = current != null && current.isUp();
    }

    /// Nanoseconds until a stream has to be tended; under the signal.
    ///
    /// @param otherwise when the streams themselves give no reason
    long untilDue(long now, long otherwise) {
        if (current == null) {
            // Not to be reached: nothing to look for until the next attempt, or until the peer is trusted again.
            return trust.find(peer).isPresent()
                    ? reconnection.until(now)
                    : settings.lookEvery().toNanos();
        }
        return current.isUp()
                ? otherwise
                : Math.min(
                        otherwise, current.openedAt() + settings.answerTimeout().toNanos() - now);
    }

    void close() {
        draining.forEach(ExchangeStream::cancel);
        current().ifPresent(ExchangeStream::cancel);
        Optional.ofNullable(successor).ifPresent(ExchangeStream::cancel);
        metrics.connected = false;
    }

    private void endOverdue(long now) {
        long patience = settings.answerTimeout().toNanos();
        draining.removeIf(ExchangeStream::isClosed);
        for (ExchangeStream stream : draining) {
            if (now - stream.drainingSince() > patience) {
                stream.cancel();
            }
        }
        for (ExchangeStream stream : new @Nullable ExchangeStream[] {current, successor}) {
            if (stream != null && !stream.isUp() && now - stream.openedAt() > patience) {
                stream.cancel();
            }
        }
    }

    private void replace(long now) {
        if (successor != null && successor.isClosed()) {
            // The old connection still works: stay with it, and try again later.
            successor = null;
            refreshAt = now + settings.lastBackoff().toNanos();
        }
        if (successor != null && successor.isUp()) {
            ExchangeStream old = current;
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
    }

    private boolean mayOpen(long now) {
        return current == null && signal.guarded(() -> reconnection.until(now) <= 0);
    }

    private boolean isRefreshDue(long now) {
        if (current == null || successor != null || !current.isUp()) {
            return false;
        }
        return signal.guarded(() -> {
            boolean due = refreshDue || now - refreshAt >= 0;
            refreshDue = refreshDue && !due;
            return due;
        });
    }

    private ExchangeStream open(ManagedChannel channel) {
        return ExchangeStream.open(this, signal, channel, settings.window());
    }

    // ---- what a stream says, on the event loop

    void reached() {
        metrics.wentWell();
        signal.raise(() -> {
            reconnection.reached();
            whenReached.run();
        });
    }

    /// On a thread of its own.
    void answered(Answer answer) {
        whenAnswered.accept(answer);
    }

    void failed(Status status) {
        metrics.fault(describe(status));
    }

    /// Under the signal.
    void ended(boolean failed) {
        reconnection.ended(failed);
    }

    /// Ended, and all its answers have been looked at. Under the signal.
    void over(ExchangeStream stream) {
        backlog.returnFrom(stream);
    }

    void retire(ExchangeStream stream, boolean broken) {
        if (broken) {
            metrics.reconnects.increment();
        }
        link.retire(stream.channel());
    }

    private static String describe(Status status) {
        StringBuilder text = new StringBuilder("not reached: ").append(status.getCode());
        if (status.getDescription() != null) {
            text.append(", ").append(status.getDescription());
        }
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            text.append(", ").append(cause.getMessage());
        }
        return text.toString();
    }
}
