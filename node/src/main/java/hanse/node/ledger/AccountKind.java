package hanse.node.ledger;

/// What an account is for. The codes are stored.
public enum AccountKind {
    AGENT(1),
    TREASURY(2),
    ESCROW(3),
    BOND(4),
    ISSUED(5),
    DESTROYED(6),
    IMPORTED(7),
    EXPORTED(8),
    COMPENSATED(9),
    SLASHED(10),
    IN_FLIGHT(11);

    private final short code;

    AccountKind(int code) {
        this.code = (short) code;
    }

    public short code() {
        return code;
    }

    /// Sources of tokens: their balance is never positive. All others are never negative.
    public boolean isSource() {
        return this == ISSUED || this == IMPORTED || this == COMPENSATED;
    }

    public static AccountKind of(short code) {
        return values()[code - 1];
    }

    /// As it is written in statements: `in-flight`.
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
