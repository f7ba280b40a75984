package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
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
    private Pair pair;

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

    private CrossRegistryTransferResponse send(AgentId payer, AgentId payee, String amount) {
        String request = UUID.randomUUID().toString();
        return pair.insist(
                () -> pair.alpha().send(payer, pair.beta(), payee, amount, request),
                answer -> answer.getState() != State.PREPARED);
    }
}
