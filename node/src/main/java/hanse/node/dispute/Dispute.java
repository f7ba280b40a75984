package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A complaint of one agent against another about a dealing. Pure: every transition says when it is legal and refuses
/// with its own reason.
///
/// @param votingAt when evidence was closed
record Dispute(
        UUID id,
        State state,
        Filing filing,
        Evidenced evidenced,
        Optional<Instant> votingAt,
        Optional<Closing> closing,
        Optional<Effect> effect) {

    /// After so long a dispute that nobody has ruled on lapses, and its subject is free again.
    static final Duration RULE_BY = Duration.ofDays(30);

    /// Pieces of evidence a side.
    static final int MOST_EVIDENCE = 10;

    /// Where a dispute stands. The codes are stored.
    enum State {
        OPEN(1),
        VOTING(2),
        CLOSED(3);

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

    /// What the complainant says has gone wrong. The codes are stored.
    enum Grounds {
        OTHER,
        NOT_DELIVERED,
        BAD_SERVICE,
        FRAUD;

        short code() {
            return (short) ordinal();
        }

        static Grounds of(short code) {
            return values()[code];
        }
    }

    /// What never changes.
    ///
    /// @param claimed what the complainant wants back
    /// @param snapshot the subject when it was frozen
    record Filing(
            Subject subject,
            Did complainant,
            Did defendant,
            Grounds grounds,
            String reason,
            Avt claimed,
            Dealing snapshot,
            Instant at,
            Instant ruleBy) {}

    /// What the evidence comes to.
    ///
    /// @param conceded whether the defendant has admitted the complaint
    /// @param cited attestations that the defendant has cited
    record Evidenced(int byComplainant, int byDefendant, boolean conceded, List<UUID> cited) {
        static final Evidenced NOTHING = new Evidenced(0, 0, false, List.of());
    }

    /// How a dispute ended.
    ///
    /// @param by who ended it, as callers are named
    record Closing(Instant at, How how, Optional<Ruling> ruling, String by, String note, Avt awarded) {
        /// The codes are stored.
        enum How {
            RULED(1),
            WITHDRAWN(2),
            LAPSED(3);

            private final short code;

            How(int code) {
                this.code = (short) code;
            }

            short code() {
                return code;
            }

            static How of(short code) {
                return values()[code - 1];
            }
        }
    }

    /// What a ruling for the complainant has moved.
    ///
    /// @param returned of what was held
    /// @param compensated slashed and minted
    /// @param mitigated taken off the slash for attestations
    /// @param failure why nothing was slashed that should have been
    /// @param isPending whether the defendant's home was asked and has not said what it slashed
    record Effect(
            Instant at, Avt returned, Avt compensated, Avt mitigated, Optional<Reason> failure, boolean isPending) {
        /// All of it was still held.
        static Effect returned(Instant at, Avt returned) {
            return new Effect(at, returned, Avt.ZERO, Avt.ZERO, Optional.empty(), false);
        }

        static Effect pending(Instant at, Avt returned) {
            return new Effect(at, returned, Avt.ZERO, Avt.ZERO, Optional.empty(), true);
        }
    }

    /// A new complaint.
    static Dispute filed(
            UUID id,
            Subject subject,
            Did complainant,
            Did defendant,
            Grounds grounds,
            String reason,
            Avt claimed,
            Dealing snapshot,
            Instant now) {
        return new Dispute(
                id,
                State.OPEN,
                new Filing(subject, complainant, defendant, grounds, reason, claimed, snapshot, now, now.plus(RULE_BY)),
                Evidenced.NOTHING,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// Rises with each change.
    long version() {
        int moved = effect.map(done -> done.isPending() ? 1 : 2).orElse(0);
        return state.code() * 1_000L + (evidenced.byComplainant() + evidenced.byDefendant()) * 10L + moved;
    }

    boolean isParty(Did agent) {
        return filing.complainant().equals(agent) || filing.defendant().equals(agent);
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /// A party has filed evidence. Refuses with `NOT_YOURS`, `EVIDENCE_CLOSED`, `TOO_MUCH_EVIDENCE`. A concession
    /// counts only for the defendant, and what it cites only in its first piece.
    Dispute evidenced(Evidence evidence) {
        if (!isParty(evidence.author())) {
            throw new RefusedException(Reason.NOT_YOURS);
        }
        if (state != State.OPEN) {
            throw new RefusedException(Reason.EVIDENCE_CLOSED);
        }
        boolean defendants = filing.defendant().equals(evidence.author());
        int before = defendants ? evidenced.byDefendant() : evidenced.byComplainant();
        if (before == MOST_EVIDENCE) {
            throw new RefusedException(Reason.TOO_MUCH_EVIDENCE);
        }
        Evidenced next = defendants
                ? new Evidenced(
                        evidenced.byComplainant(),
                        before + 1,
                        evidenced.conceded() || evidence.stance() == Evidence.Stance.CONCEDED,
                        before == 0 ? evidence.attestations() : evidenced.cited())
                : new Evidenced(before + 1, evidenced.byDefendant(), evidenced.conceded(), evidenced.cited());
        return new Dispute(id, state, filing, next, votingAt, closing, effect);
    }

    /// Evidence is closed. Refuses with `DISPUTE_NOT_OPEN`.
    Dispute voting(Instant now) {
        if (state != State.OPEN) {
            throw new RefusedException(Reason.DISPUTE_NOT_OPEN);
        }
        return new Dispute(id, State.VOTING, filing, evidenced, Optional.of(now), closing, effect);
    }

    /// Refuses with `DISPUTE_NOT_VOTING`.
    void requireVoting() {
        if (state != State.VOTING) {
            throw new RefusedException(Reason.DISPUTE_NOT_VOTING);
        }
    }

    /// An operator has ruled. Refuses with `DISPUTE_NOT_VOTING`, `AWARD_TOO_LARGE`, `AWARD_WITHOUT_CAUSE`.
    ///
    /// @param award for the complainant; empty for all that it claims
    Dispute ruled(Ruling ruling, Optional<Avt> award, String by, String note, Instant now) {
        requireVoting();
        boolean wins = ruling == Ruling.IN_FAVOR_OF_COMPLAINANT;
        if (!wins && award.isPresent()) {
            throw new RefusedException(Reason.AWARD_WITHOUT_CAUSE);
        }
        Avt awarded = wins ? award.orElse(filing.claimed()) : Avt.ZERO;
        if (awarded.compareTo(filing.claimed()) > 0) {
            throw new RefusedException(Reason.AWARD_TOO_LARGE);
        }
        return closed(new Closing(now, Closing.How.RULED, Optional.of(ruling), by, note, awarded));
    }

    /// The complainant has taken it back. Refuses with `DISPUTE_CLOSED`.
    Dispute withdrawn(String by, Instant now) {
        requireNotClosed();
        return closed(new Closing(now, Closing.How.WITHDRAWN, Optional.empty(), by, "", Avt.ZERO));
    }

    /// Whether nobody has ruled in time.
    boolean isLapsed(Instant now) {
        return !isClosed() && !now.isBefore(filing.ruleBy());
    }

    Dispute lapsed(Instant now) {
        requireNotClosed();
        return closed(new Closing(now, Closing.How.LAPSED, Optional.empty(), "", "", Avt.ZERO));
    }

    /// Refuses with `DISPUTE_CLOSED`.
    void requireNotClosed() {
        if (isClosed()) {
            throw new RefusedException(Reason.DISPUTE_CLOSED);
        }
    }

    /// Whether it was ruled for the complainant and nothing has moved yet.
    boolean isToBeCarriedOut() {
        return effect.isEmpty()
                && closing.flatMap(Closing::ruling)
                        .filter(Ruling.IN_FAVOR_OF_COMPLAINANT::equals)
                        .isPresent();
    }

    /// The ruling has been carried out.
    Dispute carriedOut(Effect what) {
        if (!isToBeCarriedOut()) {
            throw new IllegalStateException("a dispute in state " + state + " has no ruling to be carried out");
        }
        return new Dispute(id, state, filing, evidenced, votingAt, closing, Optional.of(what));
    }

    /// The defendant's home has said what became of the slash.
    Dispute compensated(Avt amount, Avt mitigated, Optional<Reason> failure, Instant now) {
        Effect before = effect.filter(Effect::isPending)
                .orElseThrow(() -> new IllegalStateException("a dispute waits for nobody's slash"));
        return new Dispute(
                id,
                state,
                filing,
                evidenced,
                votingAt,
                closing,
                Optional.of(new Effect(now, before.returned(), amount, mitigated, failure, false)));
    }

    /// Whether nothing more comes of it, so that its subject is free.
    boolean isOver() {
        return isClosed()
                && !isToBeCarriedOut()
                && effect.filter(Effect::isPending).isEmpty();
    }

    private Dispute closed(Closing end) {
        return new Dispute(id, State.CLOSED, filing, evidenced, votingAt, Optional.of(end), effect);
    }
}
