package hanse.node.trust;

import hanse.node.call.RegistryId;
import java.time.Instant;
import java.util.Optional;

/// How dealing with a peer has gone.
///
/// @param interactions transfers and payments, either way, that ended with the payee's credit
/// @param disputesLost disputes that its agents have lost against ours
/// @param lastInteractionAt when a transfer, a payment or a slash between the two registries ended last,
///     refusals of transfers included
public record PeerTrust(RegistryId peer, long interactions, long disputesLost, Optional<Instant> lastInteractionAt) {

    /// Of a peer with which nothing has ended.
    public static PeerTrust none(RegistryId peer) {
        return new PeerTrust(peer, 0, 0, Optional.empty());
    }

    /// The posterior mean of the share of its dealings that go well: Beta(1 + undisputed, 1 + lost) over the uniform
    /// prior. One half for a stranger; between 0 and 1, both excluded.
    public double bayesianDiscount() {
        // A dispute may be lost before the dealing that it is about was counted.
        long undisputed = Math.max(0, interactions - disputesLost);
        return Beta.mean(undisputed, disputesLost);
    }

    /// As the wire has it, whose whole numbers end where JSON clients' may: the largest stands for all beyond.
    public int shownInteractions() {
        return Math.clamp(interactions, 0, Integer.MAX_VALUE);
    }

    /// The same of the disputes.
    public int shownDisputesLost() {
        return Math.clamp(disputesLost, 0, Integer.MAX_VALUE);
    }

    PeerTrust plus(long moreInteractions, long moreDisputesLost) {
        return new PeerTrust(
                peer,
                Math.addExact(interactions, moreInteractions),
                Math.addExact(disputesLost, moreDisputesLost),
                lastInteractionAt);
    }
}
