package hanse.node.call;

import java.util.UUID;

/// An agent of this registry or of another; unique in its registry only.
public record AgentId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
