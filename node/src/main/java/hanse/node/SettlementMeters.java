package hanse.node;

import hanse.node.settlement.Settlements;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/// Slashes that wait for the operator, for whoever watches.
public final class SettlementMeters {
    private final Settlements settlements;
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger expiring = new AtomicInteger();

    public SettlementMeters(Settlements settlements, MeterRegistry registry) {
        this.settlements = settlements;
        Gauge.builder("hanse.settlements.held", held, AtomicInteger::get)
                .description("Slash requests of peers that wait for an operator")
                .register(registry);
        Gauge.builder("hanse.settlements.expiring", expiring, AtomicInteger::get)
                .description("Of these, those that expire within four hours")
                .register(registry);
    }

    /// Takes up the present figures.
    public void refresh() {
        held.set(settlements.held());
        expiring.set(settlements.expiring());
    }
}
