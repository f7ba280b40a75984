package hanse.node.contract;

import hanse.error.v1.Reason;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// What a provider here has asked for at the registry that keeps its contract. Pure.
///
/// @param message that passed it on
/// @param refusal only when REFUSED
record Relay(UUID message, UUID contract, State state, Optional<Reason> refusal, Instant askedAt) {
    /// Where it stands. The codes are stored.
    enum State {
        ASKED,
        ACCEPTED,
        REFUSED;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    static Relay asked(UUID message, UUID contract, Instant now) {
        return new Relay(message, contract, State.ASKED, Optional.empty(), now);
    }

    Relay accepted() {
        return new Relay(message, contract, State.ACCEPTED, Optional.empty(), askedAt);
    }

    Relay refused(Reason why) {
        return new Relay(message, contract, State.REFUSED, Optional.of(why), askedAt);
    }
}
