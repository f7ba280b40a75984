package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode.Network.Moment;
import hanse.node.ledger.Avt;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Either registry is killed at every commit of a transfer, before it takes effect and after, and starts again.
@Timeout(120)
class DeathAtEachCommitTest {
    private static final Avt TEN = Avt.parse("10");

    private Pair pair;
    private int advanced;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    @Test
    void ofATransfer() {
        int deaths = pair.dieAtEachCommit(() -> {
            AgentId alice = pair.alpha().agent("100");
            AgentId weather = pair.beta().agent("0");
            assertThat(send(alice, weather, "10").getState()).isEqualTo(State.EXPORTED);
            pair.rest();
            assertThat(pair.alpha().balance(alice)).isEqualTo("90");
            assertThat(pair.beta().balance(weather)).isEqualTo("9.95");
        });
        // Twice each: alpha takes the money and lets it go, beta credits it.
        assertThat(deaths).isGreaterThanOrEqualTo(6);
    }

    @Test
    void ofARefusedTransfer() {
        int deaths = pair.dieAtEachCommit(() -> {
            AgentId alice = pair.alpha().agent("100");
            CrossRegistryTransferResponse ended = send(alice, new AgentId(UUID.randomUUID()), "10");
            assertThat(ended.getState()).isEqualTo(State.REFUNDED);
            assertThat(ended.getRefusal()).isEqualTo("UNKNOWN_AGENT");
            pair.rest();
            assertThat(pair.alpha().balance(alice)).isEqualTo("100");
        });
        assertThat(deaths).isGreaterThanOrEqualTo(6);
    }

    @Test
    void ofARefusedTransferThatIsAdvanced() {
        int deaths = pair.dieAtEachCommit(() -> {
            Advance story = new Advance(new AgentId(UUID.randomUUID()), State.REFUNDED);
            assertThat(pair.alpha().balance(story.alice)).isEqualTo("100");
            assertThat(pair.alpha().treasury()).isEqualTo(story.treasury);
        });
        // Twice each: alpha takes the money, advances it and gets it back; beta refuses it.
        assertThat(deaths).isGreaterThanOrEqualTo(8);
        assertThat(advanced).isGreaterThanOrEqualTo(4);
    }

    @Test
    void ofATransferThatIsAdvanced() {
        int deaths = pair.dieAtEachCommit(() -> {
            AgentId weather = pair.beta().agent("0");
            Advance story = new Advance(weather, State.EXPORTED);
            assertThat(pair.beta().balance(weather)).isEqualTo("9.95");
            assertThat(pair.alpha().balance(story.alice)).isEqualTo(story.isAdvanced ? "100" : "90");
            assertThat(pair.alpha().treasury()).isEqualTo(story.treasury - (story.isAdvanced ? TEN.micros() : 0));
        });
        assertThat(deaths).isGreaterThanOrEqualTo(8);
        assertThat(advanced).isGreaterThanOrEqualTo(4);
    }

    /// Alice sends 10 AVT. An operator advances them when the outcome has arrived and is not recorded; whether that
    /// comes to pass before the outcome is recorded is open where alpha dies.
    private final class Advance {
        final AgentId alice = pair.alpha().agent("100");
        final long treasury;
        final boolean isAdvanced;

        Advance(AgentId payee, State end) {
            pair.alpha().earn(0, "10");
            treasury = pair.alpha().treasury();
            String request = UUID.randomUUID().toString();
            String advance = UUID.randomUUID().toString();
            CrossRegistryTransferResponse ended = pair.insist(
                    () -> {
                        TestNode alpha = pair.alpha();
                        alpha.network.at(Moment.ANSWERED, () -> alpha.advance(alpha.underWay(), advance));
                        return alpha.send(alice, pair.beta(), payee, "10", request);
                    },
                    answer -> answer.getState() != State.PREPARED);
            pair.rest();
            assertThat(ended.getState()).isEqualTo(end);
            isAdvanced = ended.hasAdvancedAt();
            advanced += isAdvanced ? 1 : 0;
        }
    }

    private CrossRegistryTransferResponse send(AgentId payer, AgentId payee, String amount) {
        String request = UUID.randomUUID().toString();
        return pair.insist(
                () -> pair.alpha().send(payer, pair.beta(), payee, amount, request),
                answer -> answer.getState() != State.PREPARED);
    }
}
