package hanse.node;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.peer.PeerMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class PeerMetersTest {
    @Test
    void whatIsRefusedIsCountedByPeerAndReason() {
        PeerMetrics metrics = new PeerMetrics(InstantSource.system());
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        var unused = new PeerMeters(metrics, registry);
        metrics.refused("beta.example", "EXPOSURE_EXCEEDED", "once");
        metrics.refused("beta.example", "EXPOSURE_EXCEEDED", "twice");
        metrics.refused("beta.example", "MESSAGE_REFUSED", "once");
        assertThat(registry.scrape())
                .contains("hanse_peer_refused_total{peer=\"beta.example\",reason=\"EXPOSURE_EXCEEDED\"} 2.0")
                .contains("hanse_peer_refused_total{peer=\"beta.example\",reason=\"MESSAGE_REFUSED\"} 1.0");
    }
}
