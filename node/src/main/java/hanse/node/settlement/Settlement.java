package hanse.node.settlement;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Slash;
import hanse.node.ledger.Avt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// The slash that a ruling asks for, as one registry sees it. Pure: every transition says when it is legal.
///
/// @param peer the other registry; absent when both parties are of this one
/// @param isFinal whether nothing can change it any more
/// @param held of the defendant's money; at its home, while it waits
/// @param burned what was slashed: exactly that is minted
/// @param steps how many steps are kept of it
/// @param alerted whether the operator was told that it waits
record Settlement(
        UUID id,
        Role role,
        Optional<RegistryId> peer,
        Claim claim,
        State state,
        boolean isFinal,
        Slash.Held held,
        Avt burned,
        Avt mitigated,
        Optional<Reason> failure,
        Instant openedAt,
        Instant expiresAt,
        Optional<Instant> endedAt,
        int steps,
        boolean alerted) {

    /// How long the defendant's home may take.
    static final Duration LIFE = Duration.ofHours(24);

    /// This long before it expires the operator is told that it waits.
    static final Duration ALERT = Duration.ofHours(4);

    /// Which registry this is. The codes are stored.
    enum Role {
        LOCAL,
        ORIGIN,
        HOME;

        short code() {
            return (short) (ordinal() + 1);
        }

        static Role of(short code) {
            return values()[code - 1];
        }
    }

    /// Where it stands. The codes are stored; nothing is ever at rest in SLASHING.
    enum State {
        PENDING_SLASH,
        SLASHING,
        SLASHED,
        SETTLED,
        FAILED,
        EXPIRED;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// A slash that waits for the defendant's home: at the origin, or there.
    static Settlement pending(UUID id, Role role, Optional<RegistryId> peer, Claim claim, Instant now) {
        return new Settlement(
                id,
                role,
                peer,
                claim,
                State.PENDING_SLASH,
                false,
                Slash.Held.NOTHING,
                Avt.ZERO,
                Avt.ZERO,
                Optional.empty(),
                now,
                now.plus(LIFE),
                Optional.empty(),
                0,
                false);
    }

    /// The id of a settlement at the defendant's home: the origin's own id may be another peer's as well.
    static UUID atHome(RegistryId origin, UUID dispute) {
        return UUID.nameUUIDFromBytes(("hanse-settlement/" + origin + "/" + dispute).getBytes(StandardCharsets.UTF_8));
    }

    /// The defendant, where it is of this registry.
    Optional<AgentId> localDefendant() {
        return role == Role.ORIGIN
                ? Optional.empty()
                : Optional.of(claim.defendant().agent());
    }

    /// Headroom that is reserved for the compensation.
    Avt reserved() {
        return role == Role.ORIGIN && !isFinal ? claim.amount() : Avt.ZERO;
    }

    boolean isPending() {
        return state == State.PENDING_SLASH;
    }

    boolean isOverdue(Instant now) {
        return isPending() && !now.isBefore(expiresAt);
    }

    /// Refuses unless it waits for an operator of this registry: `SETTLEMENT_NOT_HELD`.
    void requireHeld() {
        if (role != Role.HOME || !isPending()) {
            throw new RefusedException(Reason.SETTLEMENT_NOT_HELD);
        }
    }

    /// At home: the defendant cannot spend so much meanwhile.
    Settlement holding(Slash.Held now) {
        requireHere(State.PENDING_SLASH);
        return with(state, false, now, burned, mitigated, failure, endedAt);
    }

    /// At home: burned; the origin has still to mint it. Where both parties are of this registry, that is done with it.
    Settlement slashed(Avt amount, Avt softened) {
        requireHere(State.PENDING_SLASH);
        return with(State.SLASHED, false, Slash.Held.NOTHING, amount, softened, failure, endedAt);
    }

    /// At home: the origin has minted what was burned.
    Settlement settled(Instant now) {
        requireHere(State.SLASHED);
        return with(State.SETTLED, true, held, burned, mitigated, failure, Optional.of(now));
    }

    /// At the origin: what the home has burned is minted. It may have counted as expired before.
    Settlement minted(Avt amount, Avt softened, Instant now) {
        requireOpenOrigin();
        return with(State.SETTLED, true, held, amount, softened, Optional.empty(), Optional.of(now));
    }

    /// Nothing was slashed and never will be. What counts as expired at the origin is so for good.
    Settlement failed(Reason why, Instant now) {
        if (isFinal || state == State.SLASHED) {
            throw new IllegalStateException("a settlement in state " + state + " cannot fail");
        }
        boolean expired = state == State.EXPIRED || why == Reason.SLASH_EXPIRED;
        return with(
                expired ? State.EXPIRED : State.FAILED,
                true,
                Slash.Held.NOTHING,
                Avt.ZERO,
                Avt.ZERO,
                Optional.of(why),
                Optional.of(now));
    }

    /// At the origin: nothing was heard for so long that it counts as expired. It goes on asking: a late slash is
    /// minted.
    Settlement unheard() {
        requireOpenOrigin();
        require(State.PENDING_SLASH);
        return with(State.EXPIRED, false, held, burned, mitigated, Optional.of(Reason.SLASH_EXPIRED), endedAt);
    }

    /// Whether the origin still asks.
    boolean isOpenAtOrigin() {
        return role == Role.ORIGIN && !isFinal;
    }

    Settlement stepped() {
        return new Settlement(
                id, role, peer, claim, state, isFinal, held, burned, mitigated, failure, openedAt, expiresAt, endedAt,
                steps + 1, alerted);
    }

    private void requireOpenOrigin() {
        if (!isOpenAtOrigin()) {
            throw new IllegalStateException("a settlement in state " + state + " asks for nothing");
        }
    }

    /// The origin slashes nothing.
    private void requireHere(State expected) {
        if (role == Role.ORIGIN) {
            throw new IllegalStateException("the defendant is of another registry");
        }
        require(expected);
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("a settlement in state " + state + " was taken for " + expected);
        }
    }

    private Settlement with(
            State nextState,
            boolean nextFinal,
            Slash.Held nextHeld,
            Avt nextBurned,
            Avt nextMitigated,
            Optional<Reason> nextFailure,
            Optional<Instant> nextEndedAt) {
        return new Settlement(
                id,
                role,
                peer,
                claim,
                nextState,
                nextFinal,
                nextHeld,
                nextBurned,
                nextMitigated,
                nextFailure,
                openedAt,
                expiresAt,
                nextEndedAt,
                steps,
                alerted);
    }
}
