package hanse.node.ledger;

import hanse.node.call.AgentId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Agents of this registry that an entry is about although it changes no account of theirs: they may know of it.
public record TradeParties(Optional<AgentId> payer, Optional<AgentId> payee) {
    public static final TradeParties NONE = new TradeParties(Optional.empty(), Optional.empty());

    public static TradeParties payer(AgentId agent) {
        return new TradeParties(Optional.of(agent), Optional.empty());
    }

    /// @param agent absent when it is of a peer
    public static TradeParties payee(Optional<AgentId> agent) {
        return new TradeParties(Optional.empty(), agent);
    }

    /// As they are stored.
    public static TradeParties of(@Nullable UUID payer, @Nullable UUID payee) {
        return payer == null && payee == null
                ? NONE
                : new TradeParties(
                        Optional.ofNullable(payer).map(AgentId::new),
                        Optional.ofNullable(payee).map(AgentId::new));
    }

    boolean isEmpty() {
        return payer.isEmpty() && payee.isEmpty();
    }
}
