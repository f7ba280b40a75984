package hanse.node.access;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;

/// Whose key signs.
sealed interface Holder {
    /// An agent of this registry.
    record Agent(AgentId id) implements Holder {}

    /// An operator, by name.
    record Operator(String name) implements Holder {}

    /// Refuses nobody in particular with `UNAUTHENTICATED`.
    static Holder of(Caller caller) {
        return switch (caller) {
            case Caller.Agent agent -> new Agent(agent.id());
            case Caller.Operator operator -> new Operator(operator.operator());
            case Caller.Anyone _ -> throw new RefusedException(Reason.UNAUTHENTICATED);
        };
    }
}
