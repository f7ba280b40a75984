package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import hanse.node.Node;
import hanse.node.config.Setting;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Operating;
import hanse.node.testing.Postgres;
import hanse.node.testing.Wire;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `hanse peer doctor`, beside a link with which this and that is wrong.
@Timeout(120)
final class PeerDoctorTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void saysWhatIsWrongWithALinkAndThatNothingIs(@TempDir Path directory) throws IOException {
        try (Postgres.Fresh alphaBooks = Postgres.fresh();
                Postgres.Fresh betaBooks = Postgres.fresh();
                Wire wire = new Wire()) {
            NodeHome alphaHome = new NodeHome(directory.resolve("alpha"), "alpha.example", alphaBooks, Map.of());
            NodeHome betaHome = new NodeHome(
                    directory.resolve("beta"),
                    "beta.example",
                    betaBooks,
                    Map.of(Setting.PEER_ENDPOINT, "localhost:" + wire.port()));
            wire.to(betaHome.config().ports().peer());
            try (Node alpha = alphaHome.start();
                    Node beta = betaHome.start();
                    HanseClient atAlpha = alphaHome.client();
                    HanseClient atBeta = betaHome.client()) {
                HanseClient operator = atAlpha.as(alphaHome.operator());
                HanseClient other = atBeta.as(betaHome.operator());
                Operating.trust(operator, other);
                says(alphaHome, "has not been reached yet", "does not let this node in", "peer add");

                Operating.peer(operator, other);
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(
                                        Said.of(alphaHome, "peer", "doctor").done())
                                .contains("✓ beta.example: nothing is wrong"));
                assertThat(Said.of(alphaHome, "peer", "doctor", "beta.example", "--json")
                                .done())
                        .contains("\"well\": true");
                Said.of(alphaHome, "peer", "doctor", "gamma.example").refused("UNKNOWN_PEER");

                // The way leads to alpha itself: a certificate, but not beta's.
                wire.to(alphaHome.config().ports().peer());
                says(alphaHome, "comes from", "no CA that is pinned of beta.example");
                wire.to(alphaHome.config().ports().rest());
                says(alphaHome, "✗ beta.example");
                wire.to(betaHome.config().ports().peer());

                Said.of(betaHome, "peer", "suspend", "alpha.example").done();
                says(alphaHome, "takes no new work of this registry");
                Said.of(betaHome, "peer", "resume", "alpha.example").done();

                Said.of(alphaHome, "peer", "suspend", "beta.example").done();
                says(alphaHome, "has suspended it", "peer resume beta.example");
                Said.of(alphaHome, "peer", "remove", "beta.example").done();
                says(alphaHome, "has removed it");
                assertThat(Said.of(alphaHome, "peer", "doctor").done()).contains("no peer to look at");
                assertThat(alpha.config().registry()).isNotEqualTo(beta.config().registry());
            }
        }
    }

    private static void says(NodeHome home, String... words) {
        await().atMost(SOON).untilAsserted(() -> {
            Said said = Said.of(home, "peer", "doctor", "beta.example");
            assertThat(said.code()).as(said.out() + said.err()).isEqualTo(1);
            assertThat(said.out()).contains(words);
        });
    }
}
