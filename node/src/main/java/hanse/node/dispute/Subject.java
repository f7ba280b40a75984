package hanse.node.dispute;

import java.util.UUID;

/// A dealing that can be disputed.
public record Subject(Kind kind, UUID id) {
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
