package hanse.node;

import hanse.node.federation.Witnesses;
import hanse.node.statement.Statements;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// Shows whether the federation's journals and statements contradict each other: `hanse_peer_journal_alarms`,
/// `hanse_reconciling_peers`, `hanse_statement_differences`. Anything but 0 is for an operator, at once.
final class ProofMeters {
    private final Witnesses witnesses;
    private final Statements statements;
    private volatile int alarms;
    private volatile int differing;

    ProofMeters(Witnesses witnesses, Statements statements, MeterRegistry registry) {
        this.witnesses = witnesses;
        this.statements = statements;
        Gauge.builder("hanse.peer.journal.alarms", () -> alarms)
                .description("Peers that have contradicted a checkpoint of their own")
                .register(registry);
        Gauge.builder("hanse.reconciling.peers", witnesses::unreconciled)
                .description("Peers with which this registry has to reconcile its books before anything is paid")
                .register(registry);
        Gauge.builder("hanse.statement.differences", () -> differing)
                .description("Days of whose transfers this registry and a peer say different things")
                .register(registry);
    }

    void refresh() {
        alarms = witnesses.alarms();
        differing = statements.differing();
    }
}
