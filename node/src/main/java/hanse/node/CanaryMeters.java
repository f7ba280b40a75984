package hanse.node;

import hanse.node.federation.Canary;
import hanse.node.federation.CanaryState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// Shows how the canary payments to each peer fare, as `hanse_peer_canary_…{peer="…"}`, the same at every process: it
/// is read from the database.
public final class CanaryMeters {
    private static final double MILLIS = 1_000;

    private final Canary canary;
    private final InstantSource clock;
    private final MultiGauge payments;
    private final Map<MultiGauge, ToDoubleFunction<CanaryState>> gauges = new LinkedHashMap<>();

    public CanaryMeters(Canary canary, InstantSource clock, MeterRegistry registry) {
        this.canary = canary;
        this.clock = clock;
        this.payments = MultiGauge.builder("hanse.peer.canary.payments")
                .description("Canary payments ever, by what became of them: settled, refused by the peer, unsent")
                .register(registry);
        show(
                registry,
                "waiting.seconds",
                "For how long a canary payment has waited for its outcome; 0: none does",
                state -> state.waitingSince().map(this::since).orElse(0.0));
        show(
                registry,
                "took.seconds",
                "How long the last canary payment that arrived took until its outcome was recorded",
                state -> state.took().map(CanaryMeters::seconds).orElse(0.0));
        show(
                registry,
                "last.arrived",
                "When the outcome of the last one that arrived was recorded, seconds since 1970; 0: never",
                state -> state.arrivedAt().map(Instant::getEpochSecond).orElse(0L));
        show(
                registry,
                "unfunded",
                "1 while none is sent because this registry's canary has no money",
                state -> state.isUnfunded() ? 1 : 0);
    }

    private double since(Instant time) {
        return seconds(Duration.between(time, clock.instant()));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / MILLIS;
    }

    private void show(MeterRegistry registry, String name, String meaning, ToDoubleFunction<CanaryState> value) {
        gauges.put(
                MultiGauge.builder("hanse.peer.canary." + name)
                        .description(meaning)
                        .register(registry),
                value);
    }

    /// Takes up what there is now.
    public void refresh() {
        List<CanaryState> states = canary.states();
        gauges.forEach((gauge, value) -> gauge.register(
                states.stream()
                        .map(state ->
                                MultiGauge.Row.of(Tags.of("peer", state.peer().value()), state, value))
                        .toList(),
                true));
        payments.register(
                states.stream()
                        .flatMap(state -> Stream.of(
                                count(state, "settled", CanaryState::settled),
                                count(state, "refused", CanaryState::refused),
                                count(state, "unsent", CanaryState::unsent)))
                        .toList(),
                true);
    }

    private static MultiGauge.Row<CanaryState> count(
            CanaryState state, String result, ToDoubleFunction<CanaryState> value) {
        return MultiGauge.Row.of(Tags.of("peer", state.peer().value(), "result", result), state, value);
    }
}
