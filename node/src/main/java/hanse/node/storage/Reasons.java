package hanse.node.storage;

import hanse.error.v1.Reason;
import java.util.Optional;

/// Why something was refused, as a column keeps it: the reason's number, 0 for none.
public final class Reasons {
    private Reasons() {}

    public static short number(Optional<Reason> reason) {
        return reason.map(why -> (short) why.getNumber()).orElse((short) 0);
    }

    public static Optional<Reason> of(short number) {
        return number == 0 ? Optional.empty() : Optional.ofNullable(Reason.forNumber(number));
    }
}
