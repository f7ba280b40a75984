package hanse.simulation;

import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.peer.OutgoingMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// What lies between registries: messages and answers on their way, some of them twice, some never, in no order.
final class Network {
    /// Longer than anything that expires.
    private static final Duration LATE = Duration.ofHours(30);

    private final Chance chance;
    private final VirtualTime time;
    private final Coverage coverage;
    private final Set<Set<House>> cuts = new HashSet<>();
    private final List<Letter> letters = new ArrayList<>();
    private final Map<UUID, Integer> order = new HashMap<>();
    private boolean calm;
    private int newest;

    /// Something on its way.
    sealed interface Letter {
        House from();

        House to();

        Instant arrives();

        Message about();
    }

    /// A message, as its sender signed it.
    record Question(House from, House to, Instant arrives, OutgoingMessage message, Message about) implements Letter {}

    /// The answer to one.
    record Reply(House from, House to, Instant arrives, Answer answer, OutgoingMessage message, Message about)
            implements Letter {}

    Network(Chance chance, VirtualTime time, Coverage coverage) {
        this.chance = chance;
        this.time = time;
        this.coverage = coverage;
    }

    /// From now on everything arrives, once and soon.
    void calm() {
        calm = true;
        cuts.clear();
    }

    boolean isCut(House a, House b) {
        return cuts.contains(Set.of(a, b));
    }

    /// What is on its way when a link is cut never arrives.
    void cut(House a, House b) {
        cuts.add(Set.of(a, b));
        letters.removeIf(letter -> {
            boolean lost = Set.of(letter.from(), letter.to()).equals(Set.of(a, b));
            if (lost) {
                coverage.hit(letter.about(), Coverage.Event.CUT_OFF);
            }
            return lost;
        });
    }

    void heal(House a, House b) {
        cuts.remove(Set.of(a, b));
    }

    /// @return whether it has set out
    boolean send(House from, House to, OutgoingMessage message, Message about) {
        order.putIfAbsent(message.id(), newest++);
        if (isCut(from, to)) {
            coverage.hit(about, Coverage.Event.CUT_OFF);
            return false;
        }
        if (!calm && chance.oneIn(6)) {
            coverage.hit(about, Coverage.Event.LOST);
            return false;
        }
        letters.add(new Question(from, to, arrival(about), message, about));
        if (!calm && chance.oneIn(5)) {
            coverage.hit(about, Coverage.Event.DUPLICATED);
            letters.add(new Question(from, to, arrival(about), message, about));
        }
        return true;
    }

    /// Answers a question that has arrived.
    void answer(Question question, Answer answer) {
        House from = question.to();
        House to = question.from();
        Message about = question.about();
        if (isCut(from, to) || !calm && chance.oneIn(6)) {
            coverage.hit(about, Coverage.Event.ANSWER_LOST);
            return;
        }
        letters.add(new Reply(from, to, arrival(about), answer, question.message(), about));
        if (!calm && chance.oneIn(6)) {
            coverage.hit(about, Coverage.Event.ANSWER_DUPLICATED);
            letters.add(new Reply(from, to, arrival(about), answer, question.message(), about));
        }
    }

    private Instant arrival(Message about) {
        if (calm) {
            return time.now();
        }
        if (chance.oneIn(12)) {
            coverage.hit(about, Coverage.Event.LATE);
            return time.now().plus(LATE).plusSeconds(chance.below(100_000));
        }
        return time.now().plusMillis(chance.below(3_000));
    }

    /// Takes what has arrived at a registry by now; in disorder, and not all of it, unless the network is calm.
    List<Letter> arrived(House at) {
        List<Letter> here = letters.stream()
                .filter(letter -> letter.to() == at && !letter.arrives().isAfter(time.now()))
                .toList();
        List<Letter> taken = calm ? here : List.copyOf(chance.some(here));
        letters.removeAll(taken);
        int last = -1;
        for (Letter letter : taken) {
            if (letter instanceof Question question) {
                int number = order.getOrDefault(question.message().id(), 0);
                if (number < last) {
                    coverage.hit(letter.about(), Coverage.Event.OVERTAKEN);
                }
                last = Math.max(last, number);
            }
        }
        return taken;
    }
}
