package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;

/// An amount of AVT, ≥ 0, in micro-AVT: fixed point with 6 decimals. Written as a decimal string such as `5.25`.
public record Avt(long micros) implements Comparable<Avt> {
    public static final Avt ZERO = new Avt(0);

    /// The most that one operation may move: 1,000,000,000 AVT.
    public static final Avt MAX = new Avt(1_000_000_000_000_000L);

    private static final int DECIMALS = 6;
    private static final long MICROS = 1_000_000;
    private static final int LONGEST = 40;

    public Avt {
        if (micros < 0) {
            throw new IllegalArgumentException("an amount is never negative");
        }
    }

    /// Reads what a caller wrote: digits, optionally a point and at most 6 decimals that are not zero, greater than 0
    /// and at most [#MAX]. Refuses with `BAD_AMOUNT`.
    public static Avt parse(String text) {
        Avt amount = parseLimit(text);
        if (amount.isZero()) {
            throw new RefusedException(Reason.BAD_AMOUNT);
        }
        return amount;
    }

    /// The same for a limit, which may be 0.
    public static Avt parseLimit(String text) {
        int length = text.length();
        if (length == 0 || length > LONGEST) {
            throw new RefusedException(Reason.BAD_AMOUNT);
        }
        long micros = 0;
        int decimals = -1;
        int digits = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '.' && decimals < 0 && digits > 0) {
                decimals = 0;
            } else if (c >= '0' && c <= '9') {
                digits++;
                if (decimals == DECIMALS) {
                    if (c != '0') {
                        throw new RefusedException(Reason.BAD_AMOUNT);
                    }
                    continue;
                }
                micros = micros * 10 + (c - '0');
                if (decimals >= 0) {
                    decimals++;
                }
                if (micros > MAX.micros) {
                    throw new RefusedException(Reason.BAD_AMOUNT);
                }
            } else {
                throw new RefusedException(Reason.BAD_AMOUNT);
            }
        }
        if (decimals == 0 || digits == 0) {
            throw new RefusedException(Reason.BAD_AMOUNT);
        }
        for (int i = Math.max(decimals, 0); i < DECIMALS; i++) {
            micros *= 10;
            if (micros > MAX.micros) {
                throw new RefusedException(Reason.BAD_AMOUNT);
            }
        }
        return new Avt(micros);
    }

    /// Writes micro-AVT, which may be negative, as AVT without needless zeros.
    public static String text(long micros) {
        String sign = micros < 0 ? "-" : "";
        long whole = Math.abs(micros / MICROS);
        long part = Math.abs(micros % MICROS);
        if (part == 0) {
            return sign + whole;
        }
        StringBuilder digits = new StringBuilder(24).append(sign).append(whole).append('.');
        String tail = Long.toString(part);
        digits.repeat('0', DECIMALS - tail.length()).append(tail);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }

    public Avt minus(Avt other) {
        return new Avt(Math.subtractExact(micros, other.micros));
    }

    public Avt plus(Avt other) {
        return new Avt(Math.addExact(micros, other.micros));
    }

    /// The smaller of two.
    public Avt min(Avt other) {
        return new Avt(Math.min(micros, other.micros));
    }

    public boolean isZero() {
        return micros == 0;
    }

    @Override
    public int compareTo(Avt other) {
        return Long.compare(micros, other.micros);
    }

    @Override
    public String toString() {
        return text(micros);
    }
}
