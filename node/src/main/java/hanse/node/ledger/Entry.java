package hanse.node.ledger;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A journal entry, as it is stored for ever.
public record Entry(
        Position position,
        Instant at,
        EntryKind kind,
        Optional<Side> debit,
        Optional<Side> credit,
        Avt amount,
        long heldChange,
        Optional<Position> link,
        Optional<UUID> subject,
        String note) {

    /// What the entry did to one account: the account after it.
    ///
    /// @param balance micro-AVT; negative for a source of tokens
    /// @param previous the entry before this one on the account
    public record Side(UUID account, long balance, long held, long version, long previous) {}

    /// Which side an account is on, if any.
    public Optional<Side> sideOf(UUID account) {
        return debit.filter(side -> side.account().equals(account))
                .or(() -> credit.filter(side -> side.account().equals(account)));
    }
}
