package hanse.node.dispute;

import java.util.UUID;

/// A dealing that can be disputed.
///
/// @param part of which part of the dealing with that id, such as a milestone of a contract; empty for all of it
public record Subject(Kind kind, UUID id, String part) {
    public Subject(Kind kind, UUID id) {
        this(kind, id, "");
    }

    /// That of which this is a part, or itself. No two disputes of it are open at a time, and never more is recovered
    /// of its parts than of it.
    public Subject whole() {
        return kind == Kind.MILESTONE ? new Subject(Kind.CONTRACT, id) : this;
    }

    /// The kinds of dealings. The codes are stored.
    public enum Kind {
        PAYMENT(1),
        CONTRACT(2),
        MILESTONE(3),
        JOB(4),
        RENTAL(5);

        private final short code;

        Kind(int code) {
            this.code = (short) code;
        }

        public short code() {
            return code;
        }

        /// The kind of a code that is one, as codes that are stored are.
        public static Kind of(short code) {
            return values()[code - 1];
        }
    }
}
