package hanse.node.ledger;

import java.util.HexFormat;
import java.util.Optional;

/// A place in the journal: the lane, and the entry's number in it. On the wire it is 16 hex digits.
public record Position(long value) {
    private static final int LANE_SHIFT = 40;
    private static final long NUMBER = (1L << LANE_SHIFT) - 1;
    private static final int HEX_DIGITS = 16;

    /// The most entries that a lane can have.
    public static final long MOST = NUMBER;

    /// The place of a lane's `number`th entry.
    public static Position at(int lane, long number) {
        return new Position(of(lane, number));
    }

    static long of(int lane, long number) {
        return ((long) lane << LANE_SHIFT) | number;
    }

    /// The place before a lane's first entry.
    public static Position start(int lane) {
        return new Position(of(lane, 0));
    }

    public int lane() {
        return (int) (value >>> LANE_SHIFT);
    }

    public long number() {
        return value & NUMBER;
    }

    /// Reads what [#toString] writes.
    public static Optional<Position> parse(String text) {
        if (text.length() != HEX_DIGITS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Position(HexFormat.fromHexDigitsToLong(text)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
