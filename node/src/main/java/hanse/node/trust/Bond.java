package hanse.node.trust;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import java.time.Instant;
import java.util.Optional;

/// Money that an agent puts up for its conduct; how much, its bond account says. Pure.
///
/// @param releaseAt from when on it may be given back
/// @param reason why it was forfeited; empty otherwise
record Bond(
        AgentId agent,
        State state,
        Instant postedAt,
        Optional<Instant> releaseAt,
        Optional<Instant> endedAt,
        String reason) {

    /// Where it stands. The codes are stored.
    enum State {
        POSTED(1),
        RELEASING(2),
        RELEASED(3),
        FORFEITED(4);

        private final short code;

        State(int code) {
            this.code = (short) code;
        }

        short code() {
            return code;
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// New, or again, or more: nothing is asked back any longer.
    static Bond posted(AgentId agent, Instant now) {
        return new Bond(agent, State.POSTED, now, Optional.empty(), Optional.empty(), "");
    }

    boolean isOver() {
        return state == State.RELEASED || state == State.FORFEITED;
    }

    /// Refuses with `UNKNOWN_BOND` what has ended.
    Bond requireThere() {
        if (isOver()) {
            throw new RefusedException(Reason.UNKNOWN_BOND);
        }
        return this;
    }

    Bond releasing(Instant at) {
        return new Bond(agent, State.RELEASING, postedAt, Optional.of(at), endedAt, reason);
    }

    boolean isDue(Instant now) {
        return state == State.RELEASING && !now.isBefore(releaseAt.orElseThrow());
    }

    Bond released(Instant now) {
        return new Bond(agent, State.RELEASED, postedAt, releaseAt, Optional.of(now), reason);
    }

    Bond forfeited(Instant now, String why) {
        return new Bond(agent, State.FORFEITED, postedAt, Optional.empty(), Optional.of(now), why);
    }
}
