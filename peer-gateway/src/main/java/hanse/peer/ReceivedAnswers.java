package hanse.peer;

import com.google.protobuf.ByteString;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedOutcome;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one peer answers to our messages: an outcome that proves itself is stored; what is not decided is put off.
/// Each answer on a thread of its own.
final class ReceivedAnswers {
    private static final Logger log = LoggerFactory.getLogger(ReceivedAnswers.class);

    /// How often a message is asked about before it is set aside: a minute or two, with what is waited in between.
    private static final int TRIES = 10;

    private static final Set<String> PASSING = Set.of("UNAVAILABLE", "OVERLOADED", "SHUTTING_DOWN", "RECONCILING");

    private final String peer;
    private final OutcomeProof proof;
    private final Outbox outbox;
    private final Backlog backlog;
    private final Signal signal;
    private final PeerMetrics.Counters metrics;
    private final InstantSource clock;

    ReceivedAnswers(
            String peer,
            OutcomeProof proof,
            Outbox outbox,
            Backlog backlog,
            Signal signal,
            PeerMetrics.Counters metrics,
            InstantSource clock) {
        this.peer = peer;
        this.proof = proof;
        this.outbox = outbox;
        this.backlog = backlog;
        this.signal = signal;
        this.metrics = metrics;
        this.clock = clock;
    }

    void answered(Answer answer) {
        Optional<UUID> id = MessageIds.parse(answer.getId());
        Optional<Dispatch> dispatch = id.flatMap(some -> signal.guarded(() -> backlog.awaitingAnswer(some)));
        if (dispatch.isEmpty()) {
            if (id.isEmpty() || !signal.guarded(() -> backlog.isAnswered(id.get()))) {
                metrics.answerRefused(Refusal.UNASKED_ANSWER, "it answered a message that was not sent");
            } else if (answer.hasOutcome()) {
                repeated(id.get(), answer.getOutcome());
            }
            return;
        }
        switch (answer.getResultCase()) {
            case OUTCOME -> decided(dispatch.get(), answer.getOutcome());
            case UNDECIDED -> undecided(dispatch.get(), answer.getUndecided().getReason());
            case RESULT_NOT_SET -> metrics.answerRefused(Refusal.EMPTY_ANSWER, "it answered nothing");
        }
    }

    /// The outcome of what has one. It changes nothing; another one than the first is worth knowing of.
    private void repeated(UUID id, SignedOutcome signed) {
        ByteString digest = digest(signed);
        if (signal.guarded(() -> backlog.isSettledOtherwise(id, digest))) {
            metrics.answerRefused(Refusal.CHANGED_OUTCOME, "it gave message " + id + " another outcome than before");
        }
    }

    private static ByteString digest(SignedOutcome signed) {
        return ByteString.copyFrom(SignedBytes.sha256(signed.getOutcome()));
    }

    private void decided(Dispatch dispatch, SignedOutcome signed) {
        Optional<Outcome> outcome = proof.verify(dispatch, signed);
        if (outcome.isEmpty() || !signal.guarded(() -> backlog.deciding(dispatch))) {
            return;
        }
        metrics.answered.increment();
        CompletionStage<Void> stored;
        try {
            stored = outbox.decided(peer, new VerifiedOutcome(peer, dispatch.id(), outcome.get(), signed));
        } catch (RuntimeException e) {
            notStored(dispatch, e);
            return;
        }
        stored.whenComplete((nothing, failure) -> {
            if (failure != null) {
                notStored(dispatch, failure);
            } else {
                metrics.wentWell();
                ByteString digest = digest(signed);
                signal.raise(() -> backlog.settled(dispatch, digest));
            }
        });
    }

    private void notStored(Dispatch dispatch, Throwable failure) {
        log.warn("the outcome of message {} to {} could not be stored", dispatch.id(), peer, failure);
        metrics.fault("an outcome could not be stored");
        signal.raise(() -> backlog.notStored(dispatch));
    }

    private void undecided(Dispatch dispatch, String said) {
        String reason = said.matches("[A-Z][A-Z0-9_]{0,63}") ? said : "UNSPECIFIED";
        metrics.undecided.increment();
        metrics.heard();
        metrics.fault("it decided nothing: " + reason);
        if (signal.guarded(() -> backlog.undecided(dispatch))) {
            signal.raise();
            if (!setAside(dispatch, reason)) {
                putOff(dispatch, reason);
            }
        }
    }

    /// What the peer will not decide, however often it is asked, takes no place from what it will. A peer that is
    /// busy, or broken, or restored, is another matter: it says so of everything.
    private boolean setAside(Dispatch dispatch, String reason) {
        if (dispatch.undecided < TRIES || PASSING.contains(reason)) {
            return false;
        }
        try {
            if (!outbox.setAside(peer, dispatch.id(), reason)) {
                return false;
            }
        } catch (RuntimeException e) {
            log.warn("message {} to {} could not be set aside", dispatch.id(), peer, e);
            return false;
        }
        log.warn("message {} to {} is set aside: {}", dispatch.id(), peer, reason);
        metrics.setAside.increment();
        signal.raise(() -> backlog.forget(dispatch));
        return true;
    }

    /// Tells the outbox when a message will be tried again.
    void putOff(Dispatch dispatch, String reason) {
        long wait = Math.max(0, dispatch.retryAt - System.nanoTime());
        try {
            outbox.undecided(peer, dispatch.id(), reason, clock.instant().plusNanos(wait));
        } catch (RuntimeException e) {
            // Nothing is lost by it: the backlog has the message and the time of its next try.
            log.warn("that message {} to {} was put off could not be told", dispatch.id(), peer, e);
        }
    }
}
