package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;

/// Where the link to a peer stands: PENDING → ACTIVE ⇄ SUSPENDED → REMOVED, and from REMOVED to PENDING when it is
/// added again. The codes are stored.
public enum PeerStatus {
    /// Trusted here; not reached yet.
    PENDING(1),
    /// Working.
    ACTIVE(2),
    /// No new work; what is under way still ends.
    SUSPENDED(3),
    /// Cut; what is under way waits.
    REMOVED(4);

    private final short code;

    PeerStatus(int code) {
        this.code = (short) code;
    }

    short code() {
        return code;
    }

    static PeerStatus of(short code) {
        return values()[code - 1];
    }

    /// We reached it, and it knows us.
    PeerStatus welcomed() {
        return this == PENDING ? ACTIVE : this;
    }

    /// Refuses with `PEER_REMOVED`.
    PeerStatus suspended() {
        requireLinked();
        return SUSPENDED;
    }

    /// Refuses with `PEER_REMOVED`. A peer that was suspended was reached before, or is reached again when work begins.
    PeerStatus resumed() {
        requireLinked();
        return this == SUSPENDED ? ACTIVE : this;
    }

    PeerStatus added() {
        return this == REMOVED ? PENDING : this;
    }

    boolean isLinked() {
        return this != REMOVED;
    }

    /// Whether work that the peer begins is taken.
    public boolean takesWork() {
        return this == ACTIVE || this == PENDING;
    }

    /// Refuses unless work with the peer may begin here: `PEER_PENDING`, `PEER_SUSPENDED`, `PEER_REMOVED`.
    public void requireActive() {
        switch (this) {
            case ACTIVE -> {}
            case PENDING -> throw new RefusedException(Reason.PEER_PENDING);
            case SUSPENDED -> throw new RefusedException(Reason.PEER_SUSPENDED);
            case REMOVED -> throw new RefusedException(Reason.PEER_REMOVED);
        }
    }

    private void requireLinked() {
        if (this == REMOVED) {
            throw new RefusedException(Reason.PEER_REMOVED);
        }
    }
}
