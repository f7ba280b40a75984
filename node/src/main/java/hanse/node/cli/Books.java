package hanse.node.cli;

import hanse.ledger.v1.Supply;
import java.io.PrintWriter;

/// The supply equation, for people.
public final class Books {
    private Books() {}

    /// Prints every term, sums on both sides, and what passed between the registry and its peers.
    public static void print(PrintWriter out, String registry, Supply supply) {
        new Table(registry, "IN", "OUT", "WHERE IT IS", "AVT")
                .row("issued", supply.getIssued(), "", "agents", supply.getAgents())
                .row("compensated", supply.getCompensated(), "", "treasury", supply.getTreasury())
                .row("imported", supply.getImported(), "", "escrow", supply.getEscrow())
                .row("destroyed", "", supply.getDestroyed(), "bonds", supply.getBonds())
                .row("slashed", "", supply.getSlashed(), "in flight", supply.getInFlight())
                .row("exported", "", supply.getExported(), supply.getHolds() ? "✓ holds" : "✗ DOES NOT HOLD", "")
                .print(out);
        if (supply.getPeersCount() > 0) {
            Table peers = new Table("PEER", "IMPORTED", "EXPORTED", "IN FLIGHT", "COMPENSATED", "SLASHED");
            supply.getPeersList()
                    .forEach(p -> peers.row(
                            p.getRegistryId(),
                            p.getImported(),
                            p.getExported(),
                            p.getInFlight(),
                            p.getCompensated(),
                            p.getSlashed()));
            out.println();
            peers.print(out);
        }
    }
}
