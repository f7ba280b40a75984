package hanse.node.ledger;

import hanse.node.call.AgentId;
import java.util.UUID;

/// An account. An agent's account has the agent's id.
public record AccountId(UUID value) {
    public static AccountId of(AgentId agent) {
        return new AccountId(agent.value());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
