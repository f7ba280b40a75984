package hanse.simulation;

import hanse.federation.v1.Message;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Which kind of message has met which misfortune, how often. Shared by all that simulate at the same time.
final class Coverage {
    /// Misfortunes of the network, and the moments at which a process dies.
    enum Event {
        LOST("lost"),
        DUPLICATED("twice"),
        LATE("late"),
        OVERTAKEN("over-taken"),
        CUT_OFF("cut off"),
        ANSWER_LOST("answer lost"),
        ANSWER_DUPLICATED("answer twice"),
        SENDER_DIED("sender died, unsent"),
        SENDER_DIED_AFTER("sender died, sent"),
        RECEIVER_DIED_BEFORE("receiver died before commit"),
        RECEIVER_DIED_AFTER("receiver died after commit"),
        RECORDER_DIED_BEFORE("asker died before recording"),
        RECORDER_DIED_AFTER("asker died after recording"),
        COMMIT_LOST("commit's answer lost");

        private final String title;

        Event(String title) {
            this.title = title;
        }
    }

    /// What registries say to each other.
    static final Set<Message.BodyCase> MESSAGES = EnumSet.complementOf(EnumSet.of(Message.BodyCase.BODY_NOT_SET));

    private final Map<Message.BodyCase, Map<Event, Long>> hits = new EnumMap<>(Message.BodyCase.class);

    synchronized void hit(Message message, Event event) {
        hits.computeIfAbsent(message.getBodyCase(), body -> new EnumMap<>(Event.class))
                .merge(event, 1L, Long::sum);
    }

    private synchronized long of(Message.BodyCase message, Event event) {
        return hits.getOrDefault(message, Map.of()).getOrDefault(event, 0L);
    }

    /// What has never happened yet.
    List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        for (Message.BodyCase message : MESSAGES) {
            for (Event event : Event.values()) {
                if (of(message, event) == 0) {
                    gaps.add(name(message) + ": " + event.title);
                }
            }
        }
        return gaps;
    }

    /// A table, one line for each kind of message.
    String table() {
        StringBuilder table = new StringBuilder("| message | "
                + List.of(Event.values()).stream().map(event -> event.title).collect(Collectors.joining(" | "))
                + " |\n|---|"
                + "---|".repeat(Event.values().length)
                + "\n");
        for (Message.BodyCase message : MESSAGES) {
            table.append("| ").append(name(message)).append(" | ");
            table.append(List.of(Event.values()).stream()
                    .map(event -> Long.toString(of(message, event)))
                    .collect(Collectors.joining(" | ")));
            table.append(" |\n");
        }
        return table.toString();
    }

    private static String name(Message.BodyCase message) {
        return message.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
