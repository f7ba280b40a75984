package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Settlement.Status;
import hanse.node.call.AgentId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Either registry is killed at every commit of the saga, before it takes effect and after, and starts again.
@Timeout(180)
class SagaDeathTest {
    private static final int TIMES = 30;

    private final Deque<String> disputes = new ArrayDeque<>();
    private Saga saga;

    @BeforeEach
    void start(@TempDir Path directory) {
        saga = new Saga(directory);
        AgentId alice = saga.alpha().agent("1000");
        AgentId bob = saga.beta().agent("100");
        for (int i = 0; i < TIMES; i++) {
            disputes.add(saga.voting(alice, saga.settled(alice, bob, "1"), ""));
        }
    }

    @AfterEach
    void stop() {
        saga.requireWhole();
        saga.close();
    }

    @Test
    void ofASlashThatIsCarriedOutAtOnce() {
        saga.trust(1_000);
        int deaths = saga.pair.dieAtEachCommit(() -> {
            String dispute = saga.ruled(disputes.remove());
            saga.pair.rest();
            saga.settlesAs(dispute, Status.SETTLED);
        });
        // Twice each: alpha rules, learns that it was received and mints, perhaps in one batch; beta burns, has its
        // receipt.
        assertThat(deaths).isGreaterThanOrEqualTo(8);
    }

    @Test
    void ofASlashThatTheOperatorApproves() {
        int deaths = saga.pair.dieAtEachCommit(() -> {
            String dispute = saga.ruled(disputes.remove());
            saga.pair.rest();
            eventually("it is held", () -> saga.isHeld(dispute));
            var unused = saga.pair.insist(() -> saga.approve(dispute), decided -> true);
            saga.pair.rest();
            saga.settlesAs(dispute, Status.SETTLED);
        });
        // Twice each: alpha rules, learns that it was received, mints; beta holds, burns, has its receipt.
        assertThat(deaths).isGreaterThanOrEqualTo(12);
    }

    @Test
    void ofASlashThatTheOperatorRejects() {
        int deaths = saga.pair.dieAtEachCommit(() -> {
            String dispute = saga.ruled(disputes.remove());
            saga.pair.rest();
            eventually("it is held", () -> saga.isHeld(dispute));
            var unused = saga.pair.insist(() -> saga.reject(dispute), decided -> true);
            saga.pair.rest();
            saga.settlesAs(dispute, Status.FAILED);
        });
        assertThat(deaths).isGreaterThanOrEqualTo(12);
    }

    /// One side at a time: a day passes with each death, and certificates would have to be renewed.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofASlashThatNobodyDecides(boolean atTheOrigin) {
        int deaths = saga.pair.dieAtEachCommit(atTheOrigin, () -> {
            String dispute = saga.ruled(disputes.remove());
            saga.pair.rest();
            eventually("it is held", () -> saga.isHeld(dispute));
            saga.pair.pass(Duration.ofHours(24));
            while (!saga.origin(dispute).hasEndedAt() || !saga.home(dispute).hasEndedAt()) {
                var swept = saga.pair.insist(
                        () -> CompletableFuture.completedFuture(
                                saga.alpha().settlements.sweep()
                                        + saga.beta().settlements.sweep()),
                        count -> true);
                saga.pair.rest();
            }
            saga.settlesAs(dispute, Status.EXPIRED);
        });
        // Twice each: alpha rules, learns that it was received, gives up, learns why; or beta holds, lets go, hears of
        // it.
        assertThat(deaths).isGreaterThanOrEqualTo(6);
    }
}
