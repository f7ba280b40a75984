package hanse.node.trust;

import hanse.node.ledger.Avt;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// What this registry asks of a bond.
///
/// @param amount least amount that opens gates; empty: any does
/// @param minTransactions settled dealings, as payer or payee, before an agent may post one
/// @param minAge since its registration
/// @param minEigentrust 0 to 1
/// @param releaseAfter between asking it back and getting it
/// @param requiredFor full names of the RPCs that need one
public record BondPolicy(
        Optional<Avt> amount,
        int minTransactions,
        Duration minAge,
        double minEigentrust,
        Duration releaseAfter,
        Set<String> requiredFor) {
    public BondPolicy {
        requiredFor = Set.copyOf(requiredFor);
    }

    /// Whether so much opens gates.
    boolean isEnough(long micros) {
        return micros >= amount.map(Avt::micros).orElse(1L);
    }
}
