package hanse.node.ledger;

import java.util.Optional;
import java.util.UUID;

/// A journal entry to be made: who gives, who gets, how much, and what happens to the giver's hold with it.
///
/// @param heldChange micro-AVT added to (or, negative, taken from) what is held on the debit account
/// @param link for a fee, the position of the transfer it belongs to
public record Posting(
        EntryKind kind,
        Optional<AccountId> debit,
        Optional<AccountId> credit,
        Avt amount,
        long heldChange,
        Optional<Position> link,
        Optional<UUID> subject,
        String note,
        TradeParties parties) {

    /// Moves `amount`.
    public static Posting move(EntryKind kind, AccountId debit, AccountId credit, Avt amount) {
        return new Posting(
                kind,
                Optional.of(debit),
                Optional.of(credit),
                amount,
                0,
                Optional.empty(),
                Optional.empty(),
                "",
                TradeParties.NONE);
    }

    /// Promises `amount` of the account elsewhere.
    public static Posting hold(EntryKind kind, AccountId account, Avt amount) {
        return change(kind, account, amount.micros());
    }

    /// Takes a promise back.
    public static Posting unhold(EntryKind kind, AccountId account, Avt amount) {
        return change(kind, account, -amount.micros());
    }

    /// Something happened that moved nothing.
    public static Posting event(EntryKind kind, UUID subject, String note) {
        return new Posting(
                kind,
                Optional.empty(),
                Optional.empty(),
                Avt.ZERO,
                0,
                Optional.empty(),
                Optional.of(subject),
                note,
                TradeParties.NONE);
    }

    private static Posting change(EntryKind kind, AccountId account, long heldChange) {
        return new Posting(
                kind,
                Optional.of(account),
                Optional.empty(),
                Avt.ZERO,
                heldChange,
                Optional.empty(),
                Optional.empty(),
                "",
                TradeParties.NONE);
    }

    /// The same, out of a hold: what moves stops being held.
    public Posting outOfHold() {
        return new Posting(kind, debit, credit, amount, -amount.micros(), link, subject, note, parties);
    }

    public Posting linkedTo(Position transfer) {
        return new Posting(kind, debit, credit, amount, heldChange, Optional.of(transfer), subject, note, parties);
    }

    public Posting about(UUID thing) {
        return new Posting(kind, debit, credit, amount, heldChange, link, Optional.of(thing), note, parties);
    }

    public Posting noting(String text) {
        return new Posting(kind, debit, credit, amount, heldChange, link, subject, text, parties);
    }

    /// Lets agents know of it whose accounts it does not change.
    public Posting between(TradeParties others) {
        return new Posting(kind, debit, credit, amount, heldChange, link, subject, note, others);
    }
}
