package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// An agreement and how far it is. Pure: every transition says when it is legal and refuses with its own reason.
///
/// @param milestones in the order of the terms
/// @param version counts the changes, from 1
record Contract(Agreement agreement, Standing standing, List<Milestone> milestones, long version) {

    /// How long what is in escrow of a failed contract stays there, so that the provider can file a dispute.
    static final Duration DISPUTE_WINDOW = Duration.ofHours(24);

    /// After so long without a word of either side an escrowed contract ends, and what is in escrow goes back.
    static final Duration SILENCE = Duration.ofDays(30);

    /// Where it stands. The codes are stored.
    enum State {
        PROPOSED,
        ACTIVE,
        COMPLETED,
        FAILED,
        CANCELLED,
        DECLINED,
        WITHDRAWN,
        EXPIRED,
        DISPUTED;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// What changes of a contract besides its milestones.
    ///
    /// @param provider its signature; present from the acceptance on
    /// @param escrowed what is in the contract's escrow account
    /// @param endedAt when it reached a final state, or FAILED
    /// @param dueAt when something happens to it by itself: a proposal expires, or what is in escrow goes back
    /// @param cancelAskedBy the side that wishes to end it
    /// @param note why it was declined, withdrawn, failed or cancelled
    record Standing(
            State state,
            Optional<Signed> provider,
            Avt escrowed,
            Optional<Instant> acceptedAt,
            Instant changedAt,
            Optional<Instant> endedAt,
            Optional<Instant> dueAt,
            Optional<Side> cancelAskedBy,
            String note) {}

    static Contract proposed(Agreement agreement, List<Milestone> milestones) {
        return new Contract(
                agreement,
                new Standing(
                        State.PROPOSED,
                        Optional.empty(),
                        Avt.ZERO,
                        Optional.empty(),
                        agreement.createdAt(),
                        Optional.empty(),
                        Optional.of(agreement.acceptBy()),
                        Optional.empty(),
                        ""),
                milestones,
                1);
    }

    UUID id() {
        return agreement.id();
    }

    State state() {
        return standing.state();
    }

    Avt escrowed() {
        return standing.escrowed();
    }

    /// The provider's home, when that is a peer of `self`.
    Optional<RegistryId> providerRegistry(RegistryId self) {
        RegistryId home = agreement.provider().registry();
        return home.equals(self) ? Optional.empty() : Optional.of(home);
    }

    /// On which side an agent is; empty for a stranger.
    ///
    /// @param self this registry
    Optional<Side> sideOf(Did agent, RegistryId self) {
        if (agent.equals(new Did(self, agreement.contractor()))) {
            return Optional.of(Side.CONTRACTOR);
        }
        return agent.equals(agreement.provider()) ? Optional.of(Side.PROVIDER) : Optional.empty();
    }

    /// The milestone that a party names, or the only one. Refuses with `UNKNOWN_MILESTONE`, `MILESTONE_REQUIRED`.
    Milestone milestone(String name) {
        if (name.isEmpty()) {
            if (milestones.size() > 1) {
                throw new RefusedException(Reason.MILESTONE_REQUIRED);
            }
            return milestones.getFirst();
        }
        return milestones.stream()
                .filter(milestone -> milestone.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_MILESTONE));
    }

    /// Signed by the provider, too. An escrowed contract is funded in the same commit.
    Contract accepted(Signed provider, Instant now) {
        require(State.PROPOSED, Reason.CONTRACT_NOT_PROPOSED);
        if (!now.isBefore(agreement.acceptBy())) {
            throw new RefusedException(Reason.CONTRACT_EXPIRED);
        }
        return new Contract(
                agreement,
                new Standing(
                        State.ACTIVE,
                        Optional.of(provider),
                        agreement.isEscrowed() ? agreement.total() : Avt.ZERO,
                        Optional.of(now),
                        now,
                        Optional.empty(),
                        silentUntil(now),
                        Optional.empty(),
                        ""),
                milestones,
                version + 1);
    }

    Contract declined(String why, Instant now) {
        require(State.PROPOSED, Reason.CONTRACT_NOT_PROPOSED);
        return ended(State.DECLINED, why, now);
    }

    Contract withdrawn(String why, Instant now) {
        require(State.PROPOSED, Reason.CONTRACT_NOT_PROPOSED);
        return ended(State.WITHDRAWN, why, now);
    }

    Contract submitted(Milestone milestone, String submission, Instant now) {
        requireActive();
        return with(milestone.submitted(submission, now), now);
    }

    Contract rejected(Milestone milestone, String why, Instant now) {
        requireActive();
        return with(milestone.rejected(why), now);
    }

    /// Refuses unless a milestone can be approved, and paid, now.
    void requireApprovable(Milestone milestone) {
        requireActive();
        milestone.requireApprovable();
    }

    /// Refuses unless the provider may take a milestone's pay now.
    void requireClaimable(Milestone milestone, Instant now) {
        requireApprovable(milestone);
        if (!agreement.isEscrowed()) {
            throw new RefusedException(Reason.CONTRACT_NOT_ESCROWED);
        }
        if (milestone.state() == Milestone.State.SUBMITTED
                && now.isBefore(milestone.work().submittedAt().orElseThrow().plus(agreement.reviewWindow()))) {
            throw new RefusedException(Reason.REVIEW_WINDOW_OPEN);
        }
    }

    /// A milestone was paid; the last one completes the contract.
    ///
    /// @param fromEscrow whether its pay came from there
    Contract paid(Milestone milestone, boolean fromEscrow, Instant now) {
        Contract paid = fromEscrow ? withEscrowed(escrowed().minus(milestone.amount())) : this;
        Contract next = paid.with(milestone, now);
        return next.milestones.stream().allMatch(Milestone::isPaid) ? next.completed(now) : next;
    }

    /// A milestone's pay is on its way to the provider's registry.
    Contract paying(Milestone milestone, Instant now) {
        Contract paid = agreement.isEscrowed() ? withEscrowed(escrowed().minus(milestone.amount())) : this;
        return paid.with(milestone, now);
    }

    /// A milestone's pay has arrived at the provider's registry; the last one completes an active contract.
    Contract arrived(Milestone milestone, Instant now) {
        Contract next = with(milestone, now);
        return state() == State.ACTIVE && next.milestones.stream().allMatch(Milestone::isPaid)
                ? next.completed(now)
                : next;
    }

    /// A milestone's pay has come back. What belongs in escrow is there again; if the contract has ended meanwhile, it
    /// goes on to the contractor
    /// when a dispute could have been filed.
    Contract cameBack(Milestone milestone, Instant now) {
        Contract next = with(milestone, now);
        if (!agreement.isEscrowed()) {
            return next;
        }
        Contract refilled = next.withEscrowed(escrowed().plus(milestone.amount()));
        return state() == State.ACTIVE || standing.dueAt().isPresent()
                ? refilled
                : new Contract(
                        agreement,
                        withDueAt(refilled.standing, Optional.of(now.plus(DISPUTE_WINDOW))),
                        refilled.milestones,
                        refilled.version);
    }

    private Contract completed(Instant now) {
        return new Contract(agreement, end(State.COMPLETED, standing.note(), now), milestones, version);
    }

    /// The contractor says that the work has failed. What is in escrow waits for a dispute.
    Contract failed(String why, Instant now) {
        requireActive();
        Standing end = end(State.FAILED, why, now);
        Optional<Instant> dueAt = escrowed().isZero() ? Optional.empty() : Optional.of(now.plus(DISPUTE_WINDOW));
        return new Contract(agreement, withDueAt(end, dueAt), milestones, version + 1);
    }

    /// One side wishes to end it, or not any more. When the other side wishes the same, it is cancelled.
    Contract cancelAsked(Side by, boolean consent, String why, Instant now) {
        requireActive();
        if (milestones.stream().anyMatch(milestone -> milestone.state() == Milestone.State.PAYING)) {
            throw new RefusedException(Reason.MILESTONE_PAYING);
        }
        Optional<Side> asked = standing.cancelAskedBy();
        if (consent && asked.filter(other -> other != by).isPresent()) {
            return ended(State.CANCELLED, why.isEmpty() ? standing.note() : why, now);
        }
        boolean takesBack = !consent && asked.filter(by::equals).isPresent();
        return new Contract(
                agreement,
                new Standing(
                        standing.state(),
                        standing.provider(),
                        standing.escrowed(),
                        standing.acceptedAt(),
                        now,
                        standing.endedAt(),
                        silentUntil(now),
                        consent ? Optional.of(by) : takesBack ? Optional.empty() : asked,
                        consent ? why : takesBack ? "" : standing.note()),
                milestones,
                version + 1);
    }

    /// Whether something is to happen to it by itself now.
    boolean isDue(Instant now) {
        return standing.dueAt().filter(at -> !now.isBefore(at)).isPresent();
    }

    /// What happens to a contract by itself when its time has come: a proposal expires, a failed one's escrow goes
    /// back, and so does that of one about which nobody has said a word for long.
    Contract over(Instant now) {
        return switch (state()) {
            case PROPOSED -> ended(State.EXPIRED, "", now);
            case ACTIVE -> ended(State.CANCELLED, "nobody has said a word for 30 days", now);
            case FAILED, CANCELLED ->
                new Contract(agreement, withDueAt(standing, Optional.empty()), milestones, version + 1)
                        .withEscrowed(Avt.ZERO);
            case COMPLETED, DECLINED, WITHDRAWN, EXPIRED, DISPUTED ->
                throw new IllegalStateException("nothing happens by itself to a contract that is " + state());
        };
    }

    private void requireActive() {
        require(State.ACTIVE, Reason.CONTRACT_NOT_ACTIVE);
    }

    private void require(State expected, Reason otherwise) {
        if (state() != expected) {
            throw new RefusedException(otherwise);
        }
    }

    /// An active contract without money in escrow may rest for ever.
    private Optional<Instant> silentUntil(Instant now) {
        if (!agreement.isEscrowed()) {
            return Optional.empty();
        }
        Instant latest = milestones.stream()
                .filter(milestone -> !milestone.isPaid())
                .flatMap(milestone -> milestone.dueAt().stream())
                .filter(now::isBefore)
                .max(Instant::compareTo)
                .orElse(now);
        return Optional.of(latest.plus(SILENCE));
    }

    private Contract with(Milestone changed, Instant now) {
        List<Milestone> next = milestones.stream()
                .map(milestone -> milestone.number() == changed.number() ? changed : milestone)
                .toList();
        Standing touched = new Standing(
                standing.state(),
                standing.provider(),
                standing.escrowed(),
                standing.acceptedAt(),
                now,
                standing.endedAt(),
                standing.state() == State.ACTIVE ? silentUntil(now) : standing.dueAt(),
                standing.cancelAskedBy(),
                standing.note());
        return new Contract(agreement, touched, next, version + 1);
    }

    /// The end, with nothing left in escrow.
    private Contract ended(State end, String why, Instant now) {
        return new Contract(agreement, end(end, why, now), milestones, version + 1).withEscrowed(Avt.ZERO);
    }

    private Standing end(State end, String why, Instant now) {
        return new Standing(
                end,
                standing.provider(),
                standing.escrowed(),
                standing.acceptedAt(),
                now,
                Optional.of(now),
                Optional.empty(),
                standing.cancelAskedBy(),
                why);
    }

    private Contract withEscrowed(Avt left) {
        Standing changed = new Standing(
                standing.state(),
                standing.provider(),
                left,
                standing.acceptedAt(),
                standing.changedAt(),
                standing.endedAt(),
                standing.dueAt(),
                standing.cancelAskedBy(),
                standing.note());
        return new Contract(agreement, changed, milestones, version);
    }

    private static Standing withDueAt(Standing standing, Optional<Instant> dueAt) {
        return new Standing(
                standing.state(),
                standing.provider(),
                standing.escrowed(),
                standing.acceptedAt(),
                standing.changedAt(),
                standing.endedAt(),
                dueAt,
                standing.cancelAskedBy(),
                standing.note());
    }
}
