package hanse.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.call.RefusedException;
import hanse.peer.MessageIds;
import hanse.peer.OutgoingMessage;
import hanse.peer.ReceivedMessage;
import hanse.peer.VerifiedOutcome;
import hanse.wire.SignedText;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// A letter that arrives at a registry.
final class Arrival {
    private final Network.Letter letter;
    private Optional<CompletableFuture<?>> handled = Optional.empty();

    Arrival(Network.Letter letter) {
        this.letter = letter;
    }

    static Message read(OutgoingMessage message) {
        try {
            return Message.parseFrom(message.signed().getMessage());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    void begin(House house) {
        handled = Optional.of(
                switch (letter) {
                    case Network.Question question -> receive(house, question);
                    case Network.Reply reply -> hear(house, reply);
                });
    }

    private static CompletableFuture<Answer> receive(House house, Network.Question question) {
        ByteString bytes = question.message().signed().getMessage();
        return house.inbox()
                .receive(new ReceivedMessage(
                        question.from().id.value(),
                        question.message().id(),
                        question.about(),
                        SignedText.sha256(bytes.toByteArray())))
                .toCompletableFuture();
    }

    private static CompletableFuture<Void> hear(House house, Network.Reply reply) {
        if (!reply.answer().hasOutcome()) {
            house.outbox()
                    .undecided(
                            reply.from().id.value(),
                            reply.message().id(),
                            reply.answer().getUndecided().getReason(),
                            house.clock.instant());
            return CompletableFuture.completedFuture(null);
        }
        try {
            Outcome outcome = Outcome.parseFrom(reply.answer().getOutcome().getOutcome());
            return house.outbox()
                    .decided(
                            reply.from().id.value(),
                            new VerifiedOutcome(
                                    reply.from().id.value(),
                                    reply.message().id(),
                                    outcome,
                                    reply.answer().getOutcome()))
                    .toCompletableFuture();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Passes an answer on.
    ///
    /// @return what has happened, in words
    String end(House house, Network network) {
        String what = letter.about().getBodyCase() + " "
                + MessageIds.parse(letter.about().getId()).orElseThrow();
        CompletableFuture<?> done = handled.orElse(new CompletableFuture<>());
        if (!done.isDone()) {
            return house + " has died of " + what;
        }
        try {
            Object result = done.join();
            if (letter instanceof Network.Question question && result instanceof Answer answer) {
                network.answer(question, answer);
                return house + " decides " + what + " of " + letter.from() + ": " + word(answer);
            }
            return house + " hears of " + what;
        } catch (CompletionException failure) {
            Throwable cause = Objects.requireNonNull(failure.getCause());
            if (cause instanceof RefusedException refused) {
                return house + " cannot take " + what + " now: " + refused.reason();
            }
            throw new Violation(house + " cannot take " + what, cause);
        }
    }

    private static String word(Answer answer) {
        if (!answer.hasOutcome()) {
            return "undecided, " + answer.getUndecided().getReason();
        }
        try {
            Outcome outcome = Outcome.parseFrom(answer.getOutcome().getOutcome());
            return outcome.hasAccepted() ? "accepted" : outcome.getRefused().getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
