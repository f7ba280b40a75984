package hanse.node.dispute;

import hanse.node.ledger.Avt;

/// A dealing as its owner knows it at one moment, seen from the one who complains.
///
/// @param state the dealing's own word for where it stands
/// @param captured what the complainant has paid to the other party
/// @param held what is held or in escrow for it
/// @param inFlight what is on its way to a peer and may come back
public record Dealing(String state, Avt captured, Avt held, Avt inFlight, Performance performance) {
    /// What the registry's own records say of the other party's performance. The codes are stored.
    public enum Performance {
        /// Nothing either way.
        UNKNOWN,
        /// It was due and has not come.
        MISSING,
        /// It has come.
        DELIVERED,
        /// The complainant has accepted it.
        ACCEPTED;

        short code() {
            return (short) ordinal();
        }

        static Performance of(short code) {
            return values()[code];
        }
    }

    /// Whether a part of it is where no ruling reaches it now.
    boolean isMoving() {
        return !inFlight.isZero();
    }
}
