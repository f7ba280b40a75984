package hanse.node.audit;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.util.Optional;

/// Re-derives everything from the journal, on one snapshot: the chains, every account's history and balance, the
/// equations, the checkpoints, and what was promised and ruled against them. Needs memory for one block, however long
/// the journal is; PostgreSQL sorts on disk.
public final class Verification {
    private final Database database;
    private final RegistryId registry;
    private final SignatureCheck signatures;
    private final AuditStore store = new AuditStore();

    /// What was found.
    ///
    /// @param entries that the journal has
    /// @param fault the first bad row; empty when everything holds
    public record Report(long entries, Optional<Fault> fault) {
        public boolean holds() {
            return fault.isEmpty();
        }
    }

    public Verification(Database database, RegistryId registry, SignatureCheck signatures) {
        this.database = database;
        this.registry = registry;
        this.signatures = signatures;
    }

    /// Takes a few seconds for each million entries. Writing goes on meanwhile.
    public Report run(Progress progress) {
        return database.read(tx -> {
            store.prepare(tx);
            long total = store.lanes(tx).stream().mapToLong(Ledger.Head::number).sum();
            try {
                check(tx, total, progress);
                return new Report(total, Optional.empty());
            } catch (Fault.Found found) {
                return new Report(total, Optional.of(found.fault()));
            }
        });
    }

    private void check(Tx tx, long total, Progress progress) throws Fault.Found {
        progress.at(0, total);
        Histories histories = new Histories(store.sources(tx));
        new ChainCheck(store, tx, histories, entries -> progress.at(entries, total)).run();
        new BalanceCheck(store, tx, histories).run();
        new CheckpointCheck(store, tx, registry, signatures).run();
        new PromiseCheck(tx).run();
        new RulingCheck(tx).run();
        progress.at(total, total);
    }
}
