package hanse.node.dispute;

import hanse.federation.v1.DisputedSubject;
import hanse.peer.MessageIds;
import java.util.Optional;
import java.util.UUID;

/// Disputed dealings in messages between registries.
public final class SubjectWire {
    private static final int LONGEST_PART = 64;

    /// No dealing has it: with it the sums of slashes name the levels of rolling caps.
    private static final UUID NIL = new UUID(0, 0);

    private SubjectWire() {}

    public static DisputedSubject message(Subject subject) {
        return DisputedSubject.newBuilder()
                .setKind(subject.kind().code())
                .setId(MessageIds.bytes(subject.id()))
                .setMilestoneId(subject.part())
                .build();
    }

    /// Empty for what is none.
    public static Optional<Subject> read(DisputedSubject subject) {
        int kind = subject.getKind();
        String part = subject.getMilestoneId();
        if (kind < 1 || kind > Subject.Kind.values().length || part.length() > LONGEST_PART) {
            return Optional.empty();
        }
        Subject.Kind known = Subject.Kind.of((short) kind);
        return (known == Subject.Kind.MILESTONE) == part.isEmpty()
                ? Optional.empty()
                : MessageIds.parse(subject.getId())
                        .filter(id -> !id.equals(NIL))
                        .map(id -> new Subject(known, id, part));
    }
}
