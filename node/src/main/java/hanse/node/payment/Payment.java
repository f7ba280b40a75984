package hanse.node.payment;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A promise of money to one payee. Pure: every transition says when it is legal and refuses with its own reason.
///
/// @param id first 128 bits of `tokenHash`
/// @param tokenHash SHA-256 of the token
/// @param payeeRegistry the payee's home when that is a peer
/// @param fee what went to this registry's treasury when it was settled here
/// @param attempt counts cross-registry settlements, from 1; rises only on a recorded refusal
/// @param frame the cross-registry transfer of the present attempt
/// @param refusal the last recorded refusal of a peer
/// @param frozenBy the dispute that freezes it: consumed, it is neither settled nor given back
/// @param thawedAt when a dispute last let it go
public record Payment(
        UUID id,
        byte[] tokenHash,
        State state,
        AgentId payer,
        AgentId payee,
        Optional<RegistryId> payeeRegistry,
        Avt amount,
        Avt fee,
        String resource,
        Instant authorizedAt,
        Instant expiresAt,
        Optional<Instant> consumedAt,
        Optional<Instant> endedAt,
        Optional<Position> transfer,
        int attempt,
        Optional<UUID> frame,
        Optional<Reason> refusal,
        Optional<UUID> frozenBy,
        Optional<Instant> thawedAt) {

    /// How long the payer has before the payee may claim.
    public static final Duration SETTLE_BY = Duration.ofHours(24);

    /// After so long a consumed payment that nobody settled or claimed goes back to the payer.
    public static final Duration UNCLAIMED = Duration.ofDays(30);

    /// Where a payment stands. The codes are stored.
    public enum State {
        AUTHORIZED(1),
        CONSUMED(2),
        SETTLING(3),
        SETTLED(4),
        RELEASED(5),
        EXPIRED(6);

        private final short code;

        State(int code) {
            this.code = (short) code;
        }

        public short code() {
            return code;
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// A new promise.
    static Payment authorized(
            Token token,
            AgentId payer,
            AgentId payee,
            Optional<RegistryId> payeeRegistry,
            Avt amount,
            String resource,
            Instant now,
            Duration ttl) {
        return new Payment(
                token.paymentId(),
                token.hash(),
                State.AUTHORIZED,
                payer,
                payee,
                payeeRegistry,
                amount,
                Avt.ZERO,
                resource,
                now,
                now.plus(ttl),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// Why the token is worth nothing to `presenter` now; empty when it is good.
    public Optional<Reason> invalidFor(AgentId presenter, Optional<RegistryId> presenterRegistry, Instant now) {
        if (!payee.equals(presenter) || !payeeRegistry.equals(presenterRegistry)) {
            return Optional.of(Reason.WRONG_PAYEE);
        }
        return switch (state) {
            case AUTHORIZED, CONSUMED -> isPast(now) ? Optional.of(Reason.TOKEN_EXPIRED) : Optional.empty();
            case SETTLING, SETTLED -> Optional.of(Reason.TOKEN_SPENT);
            case RELEASED -> Optional.of(Reason.TOKEN_RELEASED);
            case EXPIRED -> Optional.of(Reason.TOKEN_EXPIRED);
        };
    }

    /// The payee verified the token; it must be good.
    Payment consumed(Instant now) {
        require(State.AUTHORIZED);
        return with(State.CONSUMED, Optional.of(now), Optional.empty(), Optional.empty(), fee);
    }

    /// Refuses unless it can be settled now.
    void requireSettleable(Instant now) {
        switch (state) {
            case AUTHORIZED ->
                throw new RefusedException(isPast(now) ? Reason.TOKEN_EXPIRED : Reason.PAYMENT_NOT_CONSUMED);
            case CONSUMED -> {
                if (isFrozen()) {
                    throw new RefusedException(Reason.SUBJECT_FROZEN);
                }
            }
            case SETTLING, SETTLED -> throw new RefusedException(Reason.ALREADY_SETTLED);
            case RELEASED -> throw new RefusedException(Reason.TOKEN_RELEASED);
            case EXPIRED -> throw new RefusedException(Reason.TOKEN_EXPIRED);
        }
    }

    /// The same for what may be settled without the payee having verified it: consumed, if it was not. Refuses as
    /// [#requireSettleable] does, and with `TOKEN_SPENT`.
    Payment readyToSettle(Instant now) {
        return switch (state) {
            case AUTHORIZED -> {
                if (isPast(now)) {
                    throw new RefusedException(Reason.TOKEN_EXPIRED);
                }
                yield consumed(now);
            }
            case SETTLING, SETTLED -> throw new RefusedException(Reason.TOKEN_SPENT);
            case CONSUMED, RELEASED, EXPIRED -> {
                requireSettleable(now);
                yield this;
            }
        };
    }

    /// Refuses unless the payee may claim it now.
    void requireClaimable(Instant now) {
        requireSettleable(now);
        if (now.isBefore(settleBy().orElseThrow())) {
            throw new RefusedException(Reason.SETTLE_BY_NOT_REACHED);
        }
    }

    /// Refuses unless the payer may take it back now.
    void requireReleasable(Instant now) {
        switch (state) {
            case AUTHORIZED -> {
                if (isPast(now)) {
                    throw new RefusedException(Reason.TOKEN_EXPIRED);
                }
            }
            case CONSUMED -> throw new RefusedException(Reason.ALREADY_CONSUMED);
            case SETTLING, SETTLED -> throw new RefusedException(Reason.ALREADY_SETTLED);
            case RELEASED -> throw new RefusedException(Reason.TOKEN_RELEASED);
            case EXPIRED -> throw new RefusedException(Reason.TOKEN_EXPIRED);
        }
    }

    /// The payee, if it is of this registry.
    Optional<AgentId> localPayee() {
        return payeeRegistry.isEmpty() ? Optional.of(payee) : Optional.empty();
    }

    /// Paid in this registry.
    Payment settled(Instant now, Position position, Avt charged) {
        require(State.CONSUMED);
        return with(State.SETTLED, consumedAt, Optional.of(now), Optional.of(position), charged);
    }

    /// On its way to the payee's registry, for the next time.
    Payment settling(UUID attemptFrame, Position prepared) {
        require(State.CONSUMED);
        return new Payment(
                id,
                tokenHash,
                State.SETTLING,
                payer,
                payee,
                payeeRegistry,
                amount,
                fee,
                resource,
                authorizedAt,
                expiresAt,
                consumedAt,
                endedAt,
                Optional.of(prepared),
                attempt + 1,
                Optional.of(attemptFrame),
                refusal,
                frozenBy,
                thawedAt);
    }

    /// The payee's registry has credited it.
    Payment exported(Instant now) {
        require(State.SETTLING);
        return with(State.SETTLED, consumedAt, Optional.of(now), transfer, fee);
    }

    /// The payee's registry has refused it for good; the money is held again.
    Payment refused(Reason why) {
        require(State.SETTLING);
        return new Payment(
                id,
                tokenHash,
                State.CONSUMED,
                payer,
                payee,
                payeeRegistry,
                amount,
                fee,
                resource,
                authorizedAt,
                expiresAt,
                consumedAt,
                endedAt,
                Optional.empty(),
                attempt,
                frame,
                Optional.of(why),
                frozenBy,
                thawedAt);
    }

    /// Given back to the payer, unused or waived.
    Payment released(Instant now) {
        if (state != State.AUTHORIZED && state != State.CONSUMED) {
            throw new IllegalStateException("a payment in state " + state + " has nothing to give back");
        }
        return with(State.RELEASED, consumedAt, Optional.of(now), transfer, fee);
    }

    /// Disputed. What is on its way goes on; if it comes back, it is frozen.
    Payment frozen(UUID dispute) {
        if (isFrozen() || (state != State.CONSUMED && state != State.SETTLING && state != State.SETTLED)) {
            throw new IllegalStateException("a payment in state " + state + " was to be frozen");
        }
        return withFreeze(Optional.of(dispute), thawedAt);
    }

    /// Its dispute is closed.
    Payment thawed(Instant now) {
        return withFreeze(Optional.empty(), Optional.of(now));
    }

    boolean isFrozen() {
        return frozenBy.isPresent();
    }

    boolean isFrozenBy(UUID dispute) {
        return frozenBy.equals(Optional.of(dispute));
    }

    /// Not used in time.
    Payment expired(Instant now) {
        require(State.AUTHORIZED);
        return with(State.EXPIRED, consumedAt, Optional.of(now), transfer, fee);
    }

    boolean isPast(Instant now) {
        return !now.isBefore(expiresAt);
    }

    /// Whether nobody has asked for a consumed payment for so long that it goes back.
    boolean isUnclaimed(Instant now) {
        return state == State.CONSUMED
                && !isFrozen()
                && !now.isBefore(claimableSince().plus(UNCLAIMED));
    }

    /// Since when nothing but time has kept its payee from the money.
    private Instant claimableSince() {
        Instant consumed = consumedAt.orElseThrow();
        return thawedAt.filter(thawed -> thawed.isAfter(consumed)).orElse(consumed);
    }

    /// From when on the payee may claim; empty before it was consumed.
    public Optional<Instant> settleBy() {
        return consumedAt.map(at -> at.plus(SETTLE_BY));
    }

    private Payment withFreeze(Optional<UUID> nextFrozenBy, Optional<Instant> nextThawedAt) {
        return new Payment(
                id,
                tokenHash,
                state,
                payer,
                payee,
                payeeRegistry,
                amount,
                fee,
                resource,
                authorizedAt,
                expiresAt,
                consumedAt,
                endedAt,
                transfer,
                attempt,
                frame,
                refusal,
                nextFrozenBy,
                nextThawedAt);
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("a payment in state " + state + " was taken for " + expected);
        }
    }

    private Payment with(
            State next,
            Optional<Instant> nextConsumedAt,
            Optional<Instant> nextEndedAt,
            Optional<Position> nextTransfer,
            Avt nextFee) {
        return new Payment(
                id,
                tokenHash,
                next,
                payer,
                payee,
                payeeRegistry,
                amount,
                nextFee,
                resource,
                authorizedAt,
                expiresAt,
                nextConsumedAt,
                nextEndedAt,
                nextTransfer,
                attempt,
                frame,
                refusal,
                frozenBy,
                thawedAt);
    }
}
