package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;

/// The one asset. The marketplace's "credits" are the same token.
public final class Currency {
    private Currency() {}

    /// Refuses what is not AVT with `UNKNOWN_CURRENCY`; absent means AVT.
    public static void require(String written) {
        switch (written) {
            case "", "AVT", "credits" -> {}
            default -> throw new RefusedException(Reason.UNKNOWN_CURRENCY);
        }
    }
}
