package hanse.node.settlement;

import hanse.node.call.RegistryId;
import hanse.node.storage.Tx;
import java.time.Instant;
import java.util.Optional;

/// Who keeps account of how dealing with each peer has gone, for the operator to set thresholds by.
@FunctionalInterface
public interface PeerStanding {
    /// Of a registry that keeps none.
    PeerStanding NONE = (tx, peer) -> Optional.empty();

    Optional<Metrics> of(Tx tx, RegistryId peer);

    /// @param bayesianDiscount 0 to 1
    /// @param totalInteractions dealings that have ended
    /// @param disputesLostWith disputes that its agents have lost against ours
    record Metrics(
            double bayesianDiscount,
            long totalInteractions,
            long disputesLostWith,
            Optional<Instant> lastInteractionAt) {}
}
