package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.Settlement.Status;
import hanse.node.call.AgentId;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
        // Twice each: alpha rules, learns that it was received, mints; beta burns, has its receipt.
        assertThat(deaths).isGreaterThanOrEqualTo(10);
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
}
