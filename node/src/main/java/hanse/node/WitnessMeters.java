package hanse.node;

import hanse.node.federation.Witnesses;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// Shows whether the federation's journals contradict each other: `hanse_peer_journal_alarms`, `hanse_reconciling_peers`.
/// Anything but 0 is for an operator, at once.
final class WitnessMeters {
    private final Witnesses witnesses;
    private volatile int alarms;

    WitnessMeters(Witnesses witnesses, MeterRegistry registry) {
        this.witnesses = witnesses;
        Gauge.builder("hanse.peer.journal.alarms", () -> alarms)
                .description("Peers that have contradicted a checkpoint of their own")
                .register(registry);
        Gauge.builder("hanse.reconciling.peers", witnesses::unreconciled)
                .description("Peers with which this registry has to reconcile its books before anything is paid")
                .register(registry);
    }

    void refresh() {
        alarms = witnesses.alarms();
    }
}
