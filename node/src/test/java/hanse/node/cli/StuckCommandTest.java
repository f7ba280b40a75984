package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Timestamps;
import hanse.dispute.v1.Settlement;
import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.node.Node;
import hanse.node.testing.NodeHome;
import hanse.node.testing.Operating;
import hanse.node.testing.Postgres;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerTransfer;
import hanse.peer.v1.StuckMessage;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `hanse stuck`, on a federation whose other half comes and goes; and its words.
@Timeout(120)
final class StuckCommandTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Peer BETA = Peer.newBuilder()
            .setRegistryId("beta.example")
            .setStatus(Peer.Status.ACTIVE)
            .build();

    @Test
    void saysWhatWaitsForAPeerThatIsAwayAndThatNothingDoesWhenItIsBack(@TempDir Path directory) {
        try (Postgres.Fresh alphaBooks = Postgres.fresh();
                Postgres.Fresh betaBooks = Postgres.fresh()) {
            NodeHome alphaHome = new NodeHome(directory.resolve("alpha"), "alpha.example", alphaBooks, Map.of());
            NodeHome betaHome = new NodeHome(directory.resolve("beta"), "beta.example", betaBooks, Map.of());
            try (Node alpha = alphaHome.start();
                    HanseClient atAlpha = alphaHome.client()) {
                Node beta = betaHome.start();
                Credentials alice = atAlpha.register(AgentKey.generate(), "alice");
                Credentials bob;
                try (HanseClient atBeta = betaHome.client()) {
                    Operating.peer(atAlpha.as(alphaHome.operator()), atBeta.as(betaHome.operator()));
                    bob = atBeta.register(AgentKey.generate(), "bob");
                } finally {
                    beta.close();
                }
                Operating.deposit(atAlpha.as(alphaHome.operator()), alice.subject(), "10");
                assertThat(Said.of(alphaHome, "stuck").done()).contains("Nothing waits");

                String first = send(atAlpha, alice, bob);
                String second = send(atAlpha, alice, bob);
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(
                                        Said.of(alphaHome, "stuck").done())
                                .contains(first, second, "1.5 AVT, with beta.example", "the outcome of beta.example")
                                .contains("as soon as it is reached", "peer advance"));
                assertThat(Said.of(alphaHome, "stuck", "--limit", "1").done())
                        .contains("There are more: --limit.")
                        .doesNotContain(second);
                assertThat(Said.of(alphaHome, "stuck", "--json").done())
                        .contains("\"waits_for\": \"the outcome of beta.example\"", first);
                assertThat(Said.of(alphaHome, "stuck", "--limit", "0").code()).isEqualTo(2);
                assertThat(alpha.config().registry().value()).isEqualTo("alpha.example");

                try (Node again = betaHome.start()) {
                    await().atMost(SOON)
                            .untilAsserted(
                                    () -> assertThat(Said.of(alphaHome, "stuck").done())
                                            .contains("Nothing waits"));
                    assertThat(again.config().registry().value()).isEqualTo("beta.example");
                }
            }
        }
    }

    private static String send(HanseClient atAlpha, Credentials alice, Credentials bob) {
        CrossRegistryTransferResponse sent = atAlpha.as(alice)
                .ledger()
                .crossRegistryTransfer(CrossRegistryTransferRequest.newBuilder()
                        .setTo("did:theprotocol:beta.example:" + bob.subject())
                        .setAmount("1.5")
                        .build());
        assertThat(sent.getState()).isEqualTo(CrossRegistryTransferResponse.State.PREPARED);
        return sent.getTransferId();
    }

    @Test
    void saysWhatMovesATransferWhoseMessageIsSetAside() {
        StuckMessage aside = StuckMessage.newBuilder()
                .setMessageId("m")
                .setReason("MESSAGE_UNREADABLE")
                .setSetAsideAt(Timestamps.fromSeconds(0))
                .build();
        assertThat(Unfinished.transfer(PeerTransfer.getDefaultInstance(), BETA, Optional.of(aside))
                        .next())
                .contains("MESSAGE_UNREADABLE", "1970-01-01 01:00:00", "peer retry beta.example");
        assertThat(Unfinished.message(aside.toBuilder().setReason("UNSENDABLE").build(), BETA)
                        .next())
                .contains("this node cannot send it");
    }

    @Test
    void saysThatNothingIsSentToAPeerThatIsRemovedAndThatThePayerMayBePaidMeanwhile() {
        Peer removed = BETA.toBuilder().setStatus(Peer.Status.REMOVED).build();
        assertThat(Unfinished.transfer(PeerTransfer.getDefaultInstance(), removed, Optional.empty())
                        .next())
                .contains("the peer is removed", "peer add", "peer advance");
        PeerTransfer settlement = PeerTransfer.newBuilder().setPaymentId("p").build();
        assertThat(Unfinished.transfer(settlement, removed, Optional.empty()).next())
                .doesNotContain("peer advance");
        PeerTransfer advanced = PeerTransfer.newBuilder()
                .setAdvancedAt(Timestamps.fromSeconds(1))
                .build();
        assertThat(Unfinished.transfer(advanced, removed, Optional.empty()).next())
                .contains("has its amount from the treasury");
    }

    @Test
    void saysWhomASlashWaitsFor() {
        assertThat(slash(Settlement.Role.HOME, Settlement.Status.PENDING_SLASH).map(Unfinished::waitsFor))
                .contains("an operator of this registry");
        assertThat(slash(Settlement.Role.ORIGIN, Settlement.Status.PENDING_SLASH)
                        .map(Unfinished::waitsFor))
                .contains("beta.example, or its operator, to decide");
        assertThat(slash(Settlement.Role.HOME, Settlement.Status.SLASHED).map(Unfinished::waitsFor))
                .contains("beta.example to say that it has minted");
        assertThat(slash(Settlement.Role.ORIGIN, Settlement.Status.EXPIRED).map(Unfinished::next))
                .hasValueSatisfying(next -> assertThat(next).contains("if it has slashed, that is minted"));
        assertThat(slash(Settlement.Role.HOME, Settlement.Status.EXPIRED)).isEmpty();
        assertThat(slash(Settlement.Role.ORIGIN, Settlement.Status.SETTLED)).isEmpty();
        assertThat(slash(Settlement.Role.HOME, Settlement.Status.FAILED)).isEmpty();
    }

    private static Optional<Unfinished> slash(Settlement.Role role, Settlement.Status status) {
        return Unfinished.slash(
                Settlement.newBuilder()
                        .setRole(role)
                        .setStatus(status)
                        .setPeerId("beta.example")
                        .build(),
                Optional.of(BETA));
    }
}
