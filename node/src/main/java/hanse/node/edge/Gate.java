package hanse.node.edge;

import hanse.node.call.AgentId;

/// What some RPCs ask of an agent besides its role.
public interface Gate {
    /// Asks nothing of anybody.
    Gate OPEN = new Gate() {
        @Override
        public boolean guards(String rpc) {
            return false;
        }

        @Override
        public boolean remembers(AgentId agent) {
            return true;
        }

        @Override
        public void require(AgentId agent) {}
    };

    /// Whether it stands before an RPC, named as `hanse.payment.v1.PaymentService/Authorize`.
    boolean guards(String rpc);

    /// Whether the agent has been let through so lately that it need not be looked up; never waits.
    boolean remembers(AgentId agent);

    /// Refuses an agent that lacks what is asked for; may wait for the database.
    void require(AgentId agent);
}
