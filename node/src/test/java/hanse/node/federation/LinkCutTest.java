package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The TCP connection between two registries breaks at every moment of a transfer.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class LinkCutTest {
    private static final Runnable NOTHING = () -> {};

    private Pair pair;
    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;

    @BeforeAll
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
    }

    @AfterAll
    void stop() {
        pair.close();
    }

    @BeforeEach
    void fund() {
        alice = alpha.agent("100");
    }

    @AfterEach
    void holds() {
        Pair.requireWhole(alpha, beta);
    }

    @ParameterizedTest
    @EnumSource
    void aTransferArrivesOnce(Cut cut) {
        AgentId weather = beta.agent("0");
        assertThat(send(cut, weather, NOTHING).getState()).isEqualTo(State.EXPORTED);
        assertThat(alpha.balance(alice)).isEqualTo("90");
        assertThat(beta.balance(weather)).isEqualTo("9.95");
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalStaysThatRefusalWhenThePayeeIsKnownMeanwhile(Cut cut) {
        AgentId newcomer = new AgentId(UUID.randomUUID());
        CrossRegistryTransferResponse ended = send(
                cut,
                newcomer,
                cut.isAfterTheDecision()
                        ? () -> beta.database.write(tx -> {
                            beta.ledger.open(tx, newcomer);
                            return newcomer;
                        })
                        : NOTHING);
        requireRefused(ended, "UNKNOWN_AGENT");
    }

    @ParameterizedTest
    @EnumSource(names = {"AS_IT_ARRIVES", "WHEN_IT_IS_DECIDED", "ANSWER_LOST"})
    void aRefusalStaysThatRefusalWhenThePayeeIsActiveAgain(Cut cut) {
        AgentId weather = beta.agent("0");
        beta.database.write(tx -> {
            beta.ledger.suspend(tx, weather);
            return weather;
        });
        CrossRegistryTransferResponse ended = send(
                cut,
                weather,
                () -> beta.database.write(tx -> {
                    beta.ledger.activate(tx, weather);
                    return weather;
                }));
        requireRefused(ended, "AGENT_NOT_ACTIVE");
        assertThat(beta.balance(weather)).isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource(names = {"AS_IT_ARRIVES", "WHEN_IT_IS_DECIDED", "ANSWER_LOST"})
    void aRefusalStaysThatRefusalWhenMoreIsTrusted(Cut cut) {
        AgentId weather = beta.agent("0");
        beta.limitPeer(alpha, "1");
        requireRefused(send(cut, weather, () -> beta.limitPeer(alpha, "10000")), "EXPOSURE_EXCEEDED");
        assertThat(beta.balance(weather)).isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource(names = {"AS_IT_ARRIVES", "WHEN_IT_IS_DECIDED", "ANSWER_LOST"})
    void aRefusalStaysThatRefusalWhenThePeerIsResumed(Cut cut) {
        AgentId weather = beta.agent("0");
        beta.suspendPeer(alpha);
        requireRefused(send(cut, weather, () -> beta.resumePeer(alpha)), "PEER_SUSPENDED");
        assertThat(beta.balance(weather)).isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource
    void aSuspensionBetweenTheRequestAndItsRepeatOnlyMeetsWhatWasNotDecided(Cut cut) {
        AgentId weather = beta.agent("0");
        CrossRegistryTransferResponse ended = send(cut, weather, () -> {
            beta.suspendPeer(alpha);
            alpha.suspendPeer(beta);
        });
        beta.resumePeer(alpha);
        alpha.resumePeer(beta);
        if (cut.isAfterTheDecision()) {
            assertThat(ended.getState()).isEqualTo(State.EXPORTED);
            assertThat(beta.balance(weather)).isEqualTo("9.95");
        } else {
            requireRefused(ended, "PEER_SUSPENDED");
            assertThat(beta.balance(weather)).isEqualTo("0");
        }
    }

    private void requireRefused(CrossRegistryTransferResponse ended, String why) {
        assertThat(ended.getState()).isEqualTo(State.REFUNDED);
        assertThat(ended.getRefusal()).isEqualTo(why);
        assertThat(alpha.balance(alice)).isEqualTo("100");
    }

    /// What becomes of 10 AVT that alice sends while the link breaks.
    private CrossRegistryTransferResponse send(Cut cut, AgentId payee, Runnable meanwhile) {
        long repeated = alpha.link(beta).repeated();
        CompletableFuture<CrossRegistryTransferResponse> sent = new CompletableFuture<>();
        cut.during(
                alpha,
                beta,
                () -> alpha.send(alice, beta, payee, "10").whenComplete((answer, failure) -> sent.complete(answer)),
                meanwhile);
        TestNode.eventually("the transfer ends", () -> alpha.unanswered() == 0);
        if (cut == Cut.REQUEST_LOST || cut.losesTheAnswer()) {
            assertThat(alpha.link(beta).repeated()).isGreaterThan(repeated);
        }
        return alpha.transfer(alice, UUID.fromString(sent.join().getTransferId()));
    }
}
