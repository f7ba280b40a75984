package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;

/// What a batch knows of a peer under lock. Pure. A lying peer can inflate only its own books: what is held of it here,
/// `position` + `reserved`, never rises above `limit`.
///
/// @param limit the most of its money that is held
/// @param position imported + compensated − exported − slashed, micro-AVT; may be negative
/// @param reserved headroom promised to payments that were verified and not yet settled
/// @param closedDay the last day, since 1970-01-01, whose transfers the peer has closed; -1: none
public record PeerPosition(RegistryId peer, PeerStatus status, Avt limit, long position, Avt reserved, int closedDay) {
    static PeerPosition added(RegistryId peer, Avt limit) {
        return new PeerPosition(peer, PeerStatus.PENDING, limit, 0, Avt.ZERO, -1);
    }

    PeerPosition with(PeerStatus next) {
        return new PeerPosition(peer, next, limit, position, reserved, closedDay);
    }

    PeerPosition limitedTo(Avt newLimit) {
        return new PeerPosition(peer, status, newLimit, position, reserved, closedDay);
    }

    /// What is held of it, reservations included, micro-AVT.
    public long net() {
        return Math.addExact(position, reserved.micros());
    }

    /// How much more of its money may be held.
    public Avt headroom() {
        return new Avt(Math.max(0, Math.subtractExact(limit.micros(), net())));
    }

    /// Promises headroom. Refuses with `EXPOSURE_EXCEEDED`.
    public PeerPosition reserve(Avt amount) {
        requireHeadroom(amount.micros());
        return new PeerPosition(peer, status, limit, position, reserved.plus(amount), closedDay);
    }

    /// Takes a promise of headroom back.
    public PeerPosition release(Avt amount) {
        return new PeerPosition(peer, status, limit, position, reserved.minus(amount), closedDay);
    }

    /// Money of the peer is credited here. What was promised is kept even when the limit was lowered since. Refuses
    /// with `EXPOSURE_EXCEEDED`.
    ///
    /// @param promised the headroom that was reserved for it, and is used up
    PeerPosition imported(Avt amount, Avt promised) {
        if (amount.compareTo(promised) > 0) {
            requireHeadroom(amount.micros() - promised.micros());
        }
        return new PeerPosition(
                peer, status, limit, Math.addExact(position, amount.micros()), reserved.minus(promised), closedDay);
    }

    /// Compensation is minted here for what the peer has slashed.
    ///
    /// @param promised the headroom that was reserved for it, and is used up
    public PeerPosition compensated(Avt amount, Avt promised) {
        return imported(amount, promised);
    }

    /// Money was slashed here for which the peer mints as much.
    public PeerPosition slashed(Avt amount) {
        return exported(amount);
    }

    /// The peer has credited our money.
    PeerPosition exported(Avt amount) {
        return new PeerPosition(
                peer, status, limit, Math.subtractExact(position, amount.micros()), reserved, closedDay);
    }

    private void requireHeadroom(long more) {
        if (Math.addExact(net(), more) > limit.micros()) {
            throw new RefusedException(Reason.EXPOSURE_EXCEEDED);
        }
    }
}
