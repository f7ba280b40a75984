package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// What an agent of this registry has asked for at the peer that keeps what it is about. Pure.
///
/// @param message that passed it on
/// @param about the contract or dispute, by the peer's id of it
/// @param refusal only when REFUSED
public record Relay(UUID message, UUID about, State state, Optional<Reason> refusal, Instant askedAt) {
    /// Where it stands. The codes are stored.
    public enum State {
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

    static Relay asked(UUID message, UUID about, Instant now) {
        return new Relay(message, about, State.ASKED, Optional.empty(), now);
    }

    /// Whether the peer has not answered.
    public boolean isOpen() {
        return state == State.ASKED;
    }

    public Relay accepted() {
        return new Relay(message, about, State.ACCEPTED, Optional.empty(), askedAt);
    }

    public Relay refused(Reason why) {
        return new Relay(message, about, State.REFUSED, Optional.of(why), askedAt);
    }

    /// Refuses with the peer's reason, and with `PEER_UNREACHABLE` as long as it has not answered.
    public Relay requireAccepted() {
        return switch (state) {
            case ASKED -> throw new RefusedException(Reason.PEER_UNREACHABLE);
            case REFUSED -> throw new RefusedException(refusal.orElse(Reason.MESSAGE_REFUSED));
            case ACCEPTED -> this;
        };
    }
}
