package hanse.node.contract;

import hanse.node.federation.Outgoing;
import java.util.List;

/// A contract after a change, and the messages to peers that were decided on with it.
record Changed(Contract contract, List<Outgoing> messages) {
    static Changed to(Contract contract) {
        return new Changed(contract, List.of());
    }
}
