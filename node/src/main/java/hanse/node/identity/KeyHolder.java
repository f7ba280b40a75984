package hanse.node.identity;

import hanse.node.call.AgentId;

/// For whom a key signs.
public sealed interface KeyHolder {
    record Agent(AgentId id) implements KeyHolder {}

    record Operator(String name) implements KeyHolder {}
}
