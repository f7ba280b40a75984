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

    /// How long after its end a contract can be disputed.
    static final Duration FILING_WINDOW = Duration.ofDays(14);

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

    static Contract proposed(Agreement agreement, List<Milestone> milestones) {
        return new Contract(agreement, Standing.proposed(agreement), milestones, 1);
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
        Avt funded = agreement.isEscrowed() ? agreement.total() : Avt.ZERO;
        return new Contract(
                agreement, standing.accepted(provider, funded, now, silentUntil(now)), milestones, version + 1);
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
        return next.completedIfPaid(now);
    }

    /// A milestone's pay is on its way to the provider's registry.
    Contract paying(Milestone milestone, Instant now) {
        Contract paid = agreement.isEscrowed() ? withEscrowed(escrowed().minus(milestone.amount())) : this;
        return paid.with(milestone, now);
    }

    /// A milestone's pay has arrived at the provider's registry; the last one completes an active contract.
    Contract arrived(Milestone milestone, Instant now) {
        return with(milestone, now).completedIfPaid(now);
    }

    /// A milestone's pay has come back. What belongs in escrow is there again; if the contract has ended meanwhile, it
    /// goes on to the contractor when a dispute could have been filed.
    Contract cameBack(Milestone milestone, Instant now) {
        Contract next = with(milestone, now);
        if (!agreement.isEscrowed()) {
            return next;
        }
        Contract refilled = next.withEscrowed(escrowed().plus(milestone.amount()));
        return state() == State.ACTIVE
                        || state() == State.DISPUTED
                        || standing.dueAt().isPresent()
                ? refilled
                : refilled.withDueAt(Optional.of(now.plus(DISPUTE_WINDOW)));
    }

    private Contract completedIfPaid(Instant now) {
        return state() == State.ACTIVE && milestones.stream().allMatch(Milestone::isPaid)
                ? new Contract(agreement, standing.ended(State.COMPLETED, standing.note(), now), milestones, version)
                : this;
    }

    /// The contractor says that the work has failed. What is in escrow waits for a dispute.
    Contract failed(String why, Instant now) {
        requireActive();
        return new Contract(agreement, standing.ended(State.FAILED, why, now), milestones, version + 1)
                .waitingForDispute(now);
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
        Standing next = standing.cancelAsked(
                consent ? Optional.of(by) : takesBack ? Optional.empty() : asked,
                consent ? why : takesBack ? "" : standing.note(),
                now,
                silentUntil(now));
        return new Contract(agreement, next, milestones, version + 1);
    }

    /// What is in escrow of one that has failed stays there for a while.
    private Contract waitingForDispute(Instant now) {
        return withDueAt(escrowed().isZero() ? Optional.empty() : Optional.of(now.plus(DISPUTE_WINDOW)));
    }

    /// Refuses unless it can be disputed now.
    void requireDisputable(Instant now) {
        switch (standing.freeze().map(Standing.Freeze::then).orElse(state())) {
            case ACTIVE -> {}
            case FAILED, COMPLETED -> {
                if (!now.isBefore(standing.endedAt().orElseThrow().plus(FILING_WINDOW))) {
                    throw new RefusedException(Reason.FILING_WINDOW_CLOSED);
                }
            }
            case PROPOSED, CANCELLED, DECLINED, WITHDRAWN, EXPIRED, DISPUTED ->
                throw new RefusedException(Reason.SUBJECT_NOT_DISPUTABLE);
        }
    }

    /// Disputed. What is on its way to the provider goes on; if it comes back, it is frozen.
    Contract frozen(UUID dispute, Instant now) {
        if (state() != State.ACTIVE && state() != State.FAILED && state() != State.COMPLETED) {
            throw new IllegalStateException("a contract that is " + state() + " was to be frozen");
        }
        return new Contract(
                agreement, standing.frozen(new Standing.Freeze(dispute, state()), now), milestones, version + 1);
    }

    /// A ruling has given the contractor a part of what is in escrow: the rest is not worth the work that was agreed,
    /// so the contract has failed.
    Contract returnedByRuling(Avt amount, Instant now) {
        requireFrozen();
        UUID dispute = standing.freeze().orElseThrow().dispute();
        Standing failed = standing.ended(State.FAILED, "ended by the ruling on dispute " + dispute, now)
                .withEscrowed(escrowed().minus(amount))
                .frozen(new Standing.Freeze(dispute, State.FAILED), now);
        return new Contract(agreement, failed, milestones, version + 1);
    }

    boolean isFrozenBy(UUID dispute) {
        return standing.freeze()
                .filter(freeze -> freeze.dispute().equals(dispute))
                .isPresent();
    }

    /// Goes on as it was, or as the ruling has left it. Either side may dispute again: a failed one's escrow waits
    /// for that.
    Contract thawed(Instant now) {
        requireFrozen();
        Contract next = new Contract(agreement, standing.thawed(now), milestones, version + 1);
        return switch (next.state()) {
            case ACTIVE -> next.withDueAt(silentUntil(now)).completedIfPaid(now);
            case FAILED -> next.waitingForDispute(now);
            default -> next;
        };
    }

    /// A ruling gives the provider a milestone's pay.
    Contract awarded(Milestone milestone, Instant now) {
        requireFrozen();
        return with(milestone, now);
    }

    private void requireFrozen() {
        if (state() != State.DISPUTED) {
            throw new IllegalStateException("a contract that is " + state() + " was taken for a frozen one");
        }
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
                new Contract(agreement, standing.withDueAt(Optional.empty()), milestones, version + 1)
                        .withEscrowed(Avt.ZERO);
            case COMPLETED, DECLINED, WITHDRAWN, EXPIRED, DISPUTED ->
                throw new IllegalStateException("nothing happens by itself to a contract that is " + state());
        };
    }

    private void requireActive() {
        if (state() == State.DISPUTED) {
            throw new RefusedException(Reason.SUBJECT_FROZEN);
        }
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
        Optional<Instant> due = standing.state() == State.ACTIVE ? silentUntil(now) : standing.dueAt();
        return new Contract(agreement, standing.changed(now, due), next, version + 1);
    }

    /// The end, with nothing left in escrow.
    private Contract ended(State end, String why, Instant now) {
        return new Contract(agreement, standing.ended(end, why, now), milestones, version + 1).withEscrowed(Avt.ZERO);
    }

    private Contract withEscrowed(Avt left) {
        return new Contract(agreement, standing.withEscrowed(left), milestones, version);
    }

    private Contract withDueAt(Optional<Instant> due) {
        return new Contract(agreement, standing.withDueAt(due), milestones, version);
    }
}
