package hanse.node.settlement;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;

/// How far the operator trusts a peer's slash requests.
///
/// @param enabled whether any is carried out without the operator
/// @param maxAvt the largest such request, in whole AVT
record Threshold(RegistryId peer, boolean enabled, int maxAvt) {
    private static final long MICROS = 1_000_000;

    /// Times `maxAvt`, in a rolling week: for all agents together.
    private static final int PEER_CAP = 10;

    /// The same for one agent.
    private static final int DEFENDANT_CAP = 2;

    static Threshold none(RegistryId peer) {
        return new Threshold(peer, false, 0);
    }

    boolean admits(Avt amount) {
        return enabled && amount.micros() <= maxAvt * MICROS;
    }

    /// The most that a peer's requests come to in a rolling week, micro-AVT.
    long peerCap() {
        return maxAvt * MICROS * PEER_CAP;
    }

    /// The most that comes to for one agent.
    long defendantCap() {
        return maxAvt * MICROS * DEFENDANT_CAP;
    }
}
