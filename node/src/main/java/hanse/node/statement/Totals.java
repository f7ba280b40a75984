package hanse.node.statement;

import hanse.node.call.RegistryId;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.wire.journal.TotalsText;
import java.util.Map;

/// All that has passed between this registry and its peers, as the books have it.
public final class Totals {
    private final RegistryId self;
    private final Database database;
    private final Ledger ledger;

    public Totals(RegistryId self, Database database, Ledger ledger) {
        this.self = self;
        this.database = database;
        this.ledger = ledger;
    }

    /// At one moment.
    TotalsText now(RegistryId peer) {
        return database.read(tx -> {
            Map<AccountKind, Long> totals = ledger.totals(tx, peer.value());
            return new TotalsText(
                    self.value(),
                    peer.value(),
                    tx.now(),
                    magnitude(totals, AccountKind.EXPORTED),
                    magnitude(totals, AccountKind.IN_FLIGHT),
                    magnitude(totals, AccountKind.IMPORTED),
                    magnitude(totals, AccountKind.SLASHED),
                    magnitude(totals, AccountKind.COMPENSATED));
        });
    }

    private static long magnitude(Map<AccountKind, Long> totals, AccountKind kind) {
        return Math.abs(totals.getOrDefault(kind, 0L));
    }
}
