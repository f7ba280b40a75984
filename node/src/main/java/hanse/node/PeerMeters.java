package hanse.node;

import hanse.peer.PeerMetrics;
import hanse.peer.PeerMetrics.Snapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Shows what passes on each link to a peer, as `hanse_peer_…{peer="…"}`. The counts are from the process's start.
final class PeerMeters {
    private final PeerMetrics metrics;
    private final Map<MultiGauge, ToDoubleFunction<Snapshot>> gauges = new LinkedHashMap<>();

    PeerMeters(PeerMetrics metrics, MeterRegistry registry) {
        this.metrics = metrics;
        metrics.onRefusal((peer, reason) -> Counter.builder("hanse.peer.refused")
                .description("What was refused of peers, and of strangers at the peer port")
                .tag("peer", peer)
                .tag("reason", reason)
                .register(registry)
                .increment());
        show(registry, "connected", "1 while our stream to the peer is up", s -> s.connected() ? 1 : 0);
        show(registry, "in.flight", "Messages sent and not answered yet", Snapshot::inFlight);
        show(registry, "sent", "Messages sent, repeats included", Snapshot::sent);
        show(registry, "repeated", "Messages sent again", Snapshot::repeated);
        show(registry, "answered", "Outcomes of the peer that verified", Snapshot::answered);
        show(registry, "undecided", "Answers of the peer that decided nothing", Snapshot::undecided);
        show(registry, "set.aside", "Messages that the peer left undecided too often", Snapshot::setAside);
        show(registry, "received", "Messages of the peer that verified", Snapshot::received);
        show(registry, "refused.messages", "Messages of the peer that did not verify", Snapshot::refusedMessages);
        show(registry, "refused.answers", "Answers of the peer that did not verify", Snapshot::refusedAnswers);
        show(
                registry,
                "handshake.failures",
                "Certificates that claimed to be the peer and were not",
                Snapshot::handshakeFailures);
        show(registry, "knows.card", "1 when the peer knows our present CAs and keys", s -> s.knowsCard() ? 1 : 0);
        show(registry, "reconnects", "Streams to the peer that ended other than by us", Snapshot::reconnects);
        show(
                registry,
                "last.heard",
                "When anything authentic came from the peer, seconds since 1970; 0: never",
                s -> s.lastHeard().map(Instant::getEpochSecond).orElse(0L));
    }

    private void show(MeterRegistry registry, String name, String meaning, ToDoubleFunction<Snapshot> value) {
        gauges.put(MultiGauge.builder("hanse.peer." + name).description(meaning).register(registry), value);
    }

    /// Takes up peers that were added, and the present figures.
    void refresh() {
        List<Snapshot> peers = metrics.snapshot();
        gauges.forEach((gauge, value) -> gauge.register(
                peers.stream()
                        .map(peer -> MultiGauge.Row.of(Tags.of("peer", peer.registryId()), peer, value))
                        .toList(),
                true));
    }
}
