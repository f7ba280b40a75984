package hanse.node.contract;

import hanse.node.contract.Contract.State;
import hanse.node.ledger.Avt;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// What changes of a contract besides its milestones. Pure.
///
/// @param provider its signature; present from the acceptance on
/// @param escrowed what is in the contract's escrow account
/// @param endedAt when it reached a final state, or FAILED
/// @param dueAt when something happens to it by itself: a proposal expires, or what is in escrow goes back
/// @param cancelAskedBy the side that wishes to end it
/// @param note why it was declined, withdrawn, failed or cancelled
/// @param freeze only while it is DISPUTED
record Standing(
        State state,
        Optional<Signed> provider,
        Avt escrowed,
        Optional<Instant> acceptedAt,
        Instant changedAt,
        Optional<Instant> endedAt,
        Optional<Instant> dueAt,
        Optional<Side> cancelAskedBy,
        String note,
        Optional<Freeze> freeze) {

    /// @param dispute that freezes it
    /// @param then the state in which it goes on when that is over
    record Freeze(UUID dispute, State then) {}

    static Standing proposed(Agreement agreement) {
        return new Standing(
                State.PROPOSED,
                Optional.empty(),
                Avt.ZERO,
                Optional.empty(),
                agreement.createdAt(),
                Optional.empty(),
                Optional.of(agreement.acceptBy()),
                Optional.empty(),
                "",
                Optional.empty());
    }

    Standing accepted(Signed by, Avt funded, Instant now, Optional<Instant> silentUntil) {
        return new Standing(
                State.ACTIVE,
                Optional.of(by),
                funded,
                Optional.of(now),
                now,
                endedAt,
                silentUntil,
                cancelAskedBy,
                note,
                freeze);
    }

    Standing changed(Instant now, Optional<Instant> due) {
        return new Standing(state, provider, escrowed, acceptedAt, now, endedAt, due, cancelAskedBy, note, freeze);
    }

    Standing cancelAsked(Optional<Side> by, String why, Instant now, Optional<Instant> silentUntil) {
        return new Standing(state, provider, escrowed, acceptedAt, now, endedAt, silentUntil, by, why, freeze);
    }

    /// Ended, with nothing to come by itself.
    Standing ended(State end, String why, Instant now) {
        return new Standing(
                end,
                provider,
                escrowed,
                acceptedAt,
                now,
                Optional.of(now),
                Optional.empty(),
                cancelAskedBy,
                why,
                Optional.empty());
    }

    Standing withEscrowed(Avt left) {
        return new Standing(state, provider, left, acceptedAt, changedAt, endedAt, dueAt, cancelAskedBy, note, freeze);
    }

    Standing withDueAt(Optional<Instant> due) {
        return new Standing(
                state, provider, escrowed, acceptedAt, changedAt, endedAt, due, cancelAskedBy, note, freeze);
    }

    Standing frozen(Freeze by, Instant now) {
        return new Standing(
                State.DISPUTED,
                provider,
                escrowed,
                acceptedAt,
                now,
                endedAt,
                Optional.empty(),
                cancelAskedBy,
                note,
                Optional.of(by));
    }

    Standing thawed(Instant now) {
        return new Standing(
                freeze.orElseThrow().then(),
                provider,
                escrowed,
                acceptedAt,
                now,
                endedAt,
                dueAt,
                cancelAskedBy,
                note,
                Optional.empty());
    }
}
