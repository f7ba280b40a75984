package hanse.node.access;

import hanse.node.call.AgentId;

/// Whose key signs.
sealed interface Holder {
    /// An agent of this registry.
    record Agent(AgentId id) implements Holder {}

    /// An operator, by name.
    record Operator(String name) implements Holder {}
}
