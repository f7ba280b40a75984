package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.node.federation.TestNode;
import hanse.peer.MessageIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One direction of a [Strait]: messages that wait, arrive, arrive again or never, and their answers on the way back.
final class Crossing {
    private final TestNode from;
    private final TestNode to;
    private final Map<ByteString, Message> sent = new LinkedHashMap<>();
    private final Map<ByteString, ByteString> decided = new HashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    Crossing(TestNode from, TestNode to) {
        this.from = from;
        this.to = to;
    }

    /// What waits to be sent; nothing while the sender's operator has removed the receiver.
    List<Message> waiting() {
        if (!from.isLinked(to)) {
            return List.of();
        }
        List<Message> waiting = from.outgoing();
        waiting.forEach(message -> sent.put(message.getId(), message));
        return waiting;
    }

    /// Whether it has arrived before; it waits as long as that is not known where it came from.
    boolean isDecided(Message message) {
        return decided.containsKey(message.getId());
    }

    /// All that was ever sent, whatever has become of it.
    List<Message> sent() {
        return List.copyOf(sent.values());
    }

    /// What was decided and is not known where the message came from.
    List<Answer> answers() {
        return List.copyOf(answers);
    }

    /// A message arrives, for the first time or not. What is decided about it is so for good.
    ///
    /// @param heard whether the answer sets out
    Act<Answer> arrival(Message message, boolean heard) {
        return new Act<>(
                to.id + " receives " + name(message) + (heard ? "" : ", unheard"),
                () -> to.receiving(from, message),
                asked -> answered(message, asked.value(), heard));
    }

    private void answered(Message message, Answer answer, boolean heard) {
        if (!answer.hasOutcome()) {
            return;
        }
        ByteString outcome = answer.getOutcome().getOutcome();
        ByteString first = decided.putIfAbsent(message.getId(), outcome);
        assertThat(first == null || first.equals(outcome))
                .as("what was decided about %s is decided again", name(message))
                .isTrue();
        if (heard) {
            answers.add(answer);
        }
    }

    /// An answer arrives.
    ///
    /// @param again whether it will arrive once more
    Act<Boolean> hearing(Answer answer, boolean again) {
        return new Act<>(
                from.id + " hears of " + MessageIds.parse(answer.getId()).orElseThrow(),
                () -> from.learning(to, answer).thenApply(nothing -> true),
                heard -> {
                    if (!again) {
                        answers.remove(answer);
                    }
                });
    }

    private static String name(Message message) {
        return message.getBodyCase() + " " + MessageIds.parse(message.getId()).orElseThrow();
    }

    /// All that waits arrives, and so do all answers.
    void clear() {
        List<Message> waiting = waiting();
        if (!waiting.isEmpty()) {
            var unused = Act.together(
                    to,
                    Optional.empty(),
                    waiting.stream().map(message -> arrival(message, true)).toList());
        }
        if (!answers.isEmpty()) {
            var unused = Act.together(
                    from,
                    Optional.empty(),
                    answers().stream().map(answer -> hearing(answer, false)).toList());
        }
    }
}
