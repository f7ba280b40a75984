package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Position;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A piece of a contract's work and its pay. Pure: every transition says when it is legal and refuses with its own
/// reason.
///
/// @param number its place in the terms, from 1
/// @param name how the parties call it within the contract
record Milestone(int number, String name, Avt amount, Optional<Instant> dueAt, State state, Work work, Pay pay) {
    /// Where it stands. The codes are stored.
    enum State {
        DUE,
        SUBMITTED,
        REJECTED,
        APPROVED,
        PAYING,
        PAID;

        short code() {
            return (short) (ordinal() + 1);
        }

        static State of(short code) {
            return values()[code - 1];
        }
    }

    /// What the provider has handed in last, and what the contractor has said to it.
    record Work(String submission, Optional<Instant> submittedAt, String rejection, int rejections) {
        static final Work NONE = new Work("", Optional.empty(), "", 0);
    }

    /// What has become of its pay.
    ///
    /// @param transfer the entry that paid it, or took the money for that
    /// @param attempt counts cross-registry payments, from 1; rises only on a recorded refusal
    /// @param frame the cross-registry transfer of the present attempt
    /// @param payment whose held money paid it
    /// @param refusal the last recorded refusal of the provider's registry
    record Pay(
            Optional<Instant> approvedAt,
            Optional<Instant> paidAt,
            Optional<Position> transfer,
            int attempt,
            Optional<UUID> frame,
            Optional<UUID> payment,
            Optional<Reason> refusal) {
        static final Pay NONE = new Pay(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static Milestone due(int number, String name, Avt amount, Optional<Instant> dueAt) {
        return new Milestone(number, name, amount, dueAt, State.DUE, Work.NONE, Pay.NONE);
    }

    boolean isPaid() {
        return state == State.PAID;
    }

    /// Handed in, for the first time or again.
    Milestone submitted(String submission, Instant now) {
        return switch (state) {
            case DUE, REJECTED ->
                with(State.SUBMITTED, new Work(submission, Optional.of(now), work.rejection(), work.rejections()));
            case SUBMITTED -> throw new RefusedException(Reason.WORK_ALREADY_SUBMITTED);
            case APPROVED, PAYING, PAID -> throw new RefusedException(Reason.ALREADY_APPROVED);
        };
    }

    /// Sent back.
    Milestone rejected(String why) {
        return switch (state) {
            case SUBMITTED ->
                with(State.REJECTED, new Work(work.submission(), work.submittedAt(), why, work.rejections() + 1));
            case DUE, REJECTED -> throw new RefusedException(Reason.WORK_NOT_SUBMITTED);
            case APPROVED, PAYING, PAID -> throw new RefusedException(Reason.ALREADY_APPROVED);
        };
    }

    /// Refuses unless it can be approved, and paid, now.
    void requireApprovable() {
        switch (state) {
            case SUBMITTED, APPROVED -> {}
            case DUE, REJECTED -> throw new RefusedException(Reason.WORK_NOT_SUBMITTED);
            case PAYING, PAID -> throw new RefusedException(Reason.ALREADY_APPROVED);
        }
    }

    /// A ruling gives the provider its pay, whatever the contractor says of the work.
    Milestone awarded(Instant now) {
        if (state == State.PAYING || state == State.PAID) {
            throw new IllegalStateException("a milestone that is " + state + " was to be awarded");
        }
        return with(
                State.APPROVED,
                new Pay(
                        Optional.of(pay.approvedAt().orElse(now)),
                        Optional.empty(),
                        Optional.empty(),
                        pay.attempt(),
                        pay.frame(),
                        pay.payment(),
                        pay.refusal()));
    }

    /// Whether the contract has paid it. One that a payment token has paid is disputed as that payment.
    boolean isPaidByContract() {
        return isPaid() && pay.payment().isEmpty();
    }

    /// The same while its pay is on its way.
    boolean isBeingPaidByContract() {
        return state == State.PAYING && pay.payment().isEmpty();
    }

    /// Whether its pay has left the contract.
    boolean isPaidOut() {
        return state == State.PAYING || state == State.PAID;
    }

    /// Paid in this registry.
    Milestone paid(Instant now, Position transfer, Optional<UUID> payment) {
        requireApprovable();
        return with(
                State.PAID,
                new Pay(
                        Optional.of(pay.approvedAt().orElse(now)),
                        Optional.of(now),
                        Optional.of(transfer),
                        pay.attempt(),
                        pay.frame(),
                        payment,
                        pay.refusal()));
    }

    /// Its pay is on its way to the provider's registry, for the next time.
    ///
    /// @param payment whose held money it is
    Milestone paying(Instant now, UUID attemptFrame, Position prepared, Optional<UUID> payment) {
        requireApprovable();
        return with(
                State.PAYING,
                new Pay(
                        Optional.of(pay.approvedAt().orElse(now)),
                        Optional.empty(),
                        Optional.of(prepared),
                        pay.attempt() + 1,
                        Optional.of(attemptFrame),
                        payment,
                        pay.refusal()));
    }

    /// The provider's registry has credited it.
    Milestone arrived(Instant now) {
        requirePaying();
        return with(
                State.PAID,
                new Pay(
                        pay.approvedAt(),
                        Optional.of(now),
                        pay.transfer(),
                        pay.attempt(),
                        pay.frame(),
                        pay.payment(),
                        Optional.empty()));
    }

    /// The provider's registry has refused it for good; the money is back.
    Milestone cameBack(Reason why) {
        requirePaying();
        return with(
                State.APPROVED,
                new Pay(
                        pay.approvedAt(),
                        Optional.empty(),
                        Optional.empty(),
                        pay.attempt(),
                        pay.frame(),
                        Optional.empty(),
                        Optional.of(why)));
    }

    private void requirePaying() {
        if (state != State.PAYING) {
            throw new IllegalStateException("a milestone in state " + state + " was taken for one that is being paid");
        }
    }

    private Milestone with(State next, Pay nextPay) {
        return new Milestone(number, name, amount, dueAt, next, work, nextPay);
    }

    private Milestone with(State next, Work nextWork) {
        return new Milestone(number, name, amount, dueAt, next, nextWork, pay);
    }
}
