package hanse.node.ledger;

import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// A journal entry, as it is stored for ever.
///
/// @param parties those that it changes no account of
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
        String note,
        TradeParties parties) {

    /// What the entry did to one account: the account after it.
    ///
    /// @param balance micro-AVT; negative for a source of tokens
    /// @param previous the entry before this one on the account
    public record Side(UUID account, long balance, long held, long version, long previous) {}

    /// Whose event it is: accounts that it changes, agents that it is about.
    public Set<UUID> concerned() {
        Set<UUID> ids = new HashSet<>();
        debit.ifPresent(side -> ids.add(side.account()));
        credit.ifPresent(side -> ids.add(side.account()));
        subject.ifPresent(ids::add);
        parties.payer().ifPresent(agent -> ids.add(agent.value()));
        parties.payee().ifPresent(agent -> ids.add(agent.value()));
        return ids;
    }

    /// Which side an account is on, if any.
    public Optional<Side> sideOf(UUID account) {
        return debit.filter(side -> side.account().equals(account))
                .or(() -> credit.filter(side -> side.account().equals(account)));
    }
}
