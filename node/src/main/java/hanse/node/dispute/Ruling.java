package hanse.node.dispute;

import java.util.Optional;

/// How a dispute is decided. The codes are stored.
enum Ruling {
    IN_FAVOR_OF_COMPLAINANT(1),
    IN_FAVOR_OF_DEFENDANT(2),
    DISMISSED(3);

    private final short code;

    Ruling(int code) {
        this.code = (short) code;
    }

    short code() {
        return code;
    }

    /// @param code 0 for none
    static Optional<Ruling> of(short code) {
        return code == 0 ? Optional.empty() : Optional.of(values()[code - 1]);
    }

    static short code(Optional<Ruling> ruling) {
        return ruling.map(Ruling::code).orElse((short) 0);
    }
}
