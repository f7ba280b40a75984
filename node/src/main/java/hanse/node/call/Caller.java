package hanse.node.call;

import hanse.access.v1.Role;

/// Who makes a call, as established by its signature, session or certificate.
public sealed interface Caller {
    /// The role that the RPC's declaration must name.
    Role role();

    /// Names the caller in remembered outcomes, logs and the audit trail; unique over all kinds of callers.
    String name();

    /// An agent of this registry.
    ///
    /// @param authVersion what its account row must still say when something is changed in its name
    record Agent(AgentId id, long authVersion, boolean tenantAdmin, String tenant) implements Caller {
        @Override
        public Role role() {
            return Role.AGENT;
        }

        @Override
        public String name() {
            return id.toString();
        }
    }

    /// A holder of an operator key.
    ///
    /// @param keyVersion what its row must still say when something is changed in its name
    record Operator(String operator, long keyVersion) implements Caller {
        @Override
        public Role role() {
            return Role.OPERATOR;
        }

        @Override
        public String name() {
            return "operator:" + operator;
        }
    }

    /// Nobody in particular.
    ///
    /// @param address the network address, for limits
    record Anyone(String address) implements Caller {
        @Override
        public Role role() {
            return Role.ANYONE;
        }

        @Override
        public String name() {
            return "anyone";
        }
    }
}
