package hanse.node.trust;

import hanse.node.call.AgentId;
import hanse.node.storage.Tx;

/// Whether a dispute against an agent of this registry is open, or a slash of it waits: its bond is not given back
/// before.
@FunctionalInterface
public interface OpenDisputes {
    boolean has(Tx tx, AgentId agent);
}
