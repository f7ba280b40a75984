package hanse.node.settlement;

import hanse.node.call.AgentId;
import hanse.node.call.RegistryId;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// How much of a peer's slashes was taken on: for a dealing, for ever; or the level of a rolling cap, which falls
/// evenly from the cap to nothing within a week. Pure.
///
/// @param level micro-AVT at `at`
/// @param declined whether the operator has ever let a slash of the dealing come to nothing
record SlashTotal(Key key, long level, Instant at, boolean declined) {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final UUID ALL = new UUID(0, 0);

    /// Whose.
    record Key(RegistryId peer, UUID subject, UUID defendant) {
        /// Of a dealing, from one defendant.
        static Key dealing(RegistryId peer, UUID subject, AgentId defendant) {
            return new Key(peer, subject, defendant.value());
        }

        /// Of all agents, lately.
        static Key peer(RegistryId peer) {
            return new Key(peer, ALL, ALL);
        }

        /// Of one agent, lately.
        static Key defendant(RegistryId peer, AgentId defendant) {
            return new Key(peer, ALL, defendant.value());
        }
    }

    static SlashTotal none(Key key, Instant now) {
        return new SlashTotal(key, 0, now, false);
    }

    SlashTotal plus(long more, Instant now) {
        return new SlashTotal(key, Math.addExact(level, more), now, declined);
    }

    /// The operator has said no to a slash of the dealing, or nothing in time.
    SlashTotal asDeclined() {
        return new SlashTotal(key, level, at, true);
    }

    /// As far as it has fallen by now.
    ///
    /// @param cap micro-AVT
    SlashTotal fallen(long cap, Instant now) {
        long millis = Math.max(0, Duration.between(at, now).toMillis());
        long fallen = BigInteger.valueOf(cap)
                .multiply(BigInteger.valueOf(millis))
                .divide(BigInteger.valueOf(WEEK.toMillis()))
                .min(BigInteger.valueOf(level))
                .longValueExact();
        return new SlashTotal(key, level - fallen, now, declined);
    }
}
