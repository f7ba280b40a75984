package hanse.node.identity;

import hanse.node.call.AgentId;
import hanse.node.storage.Tx;

/// Tells whether something is under way that may still bring money to an agent or take it: a capability that keeps
/// such things elsewhere than in a hold offers one of these, and an agent is not deactivated before it is done.
@FunctionalInterface
public interface UnfinishedBusiness {
    boolean has(Tx tx, AgentId agent);
}
