package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.ledger.Avt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A home that confirms what it never burned, so that its agents keep what they were paid and spend it again.
@Timeout(120)
class LyingHomeTest {
    private static final String TRUSTED = "25";

    @Test
    void gainsNothingBeyondItsExposureLimit(@TempDir Path directory) {
        try (Saga saga = new Saga(directory)) {
            AgentId alice = saga.alpha().agent("1000");
            AgentId accomplice = saga.alpha().agent("0");
            AgentId bob = saga.beta().agent("1000");
            saga.alpha().limitPeer(saga.beta(), TRUSTED);
            List<String> lies = new ArrayList<>();
            String refused = "";
            while (refused.isEmpty()) {
                String payment = saga.settled(alice, bob, "10");
                String dispute = saga.ruled(saga.voting(alice, payment, ""));
                eventually("it is held", () -> saga.isHeld(dispute));
                saga.pair.rest();
                assertThat(Saga.refusal(saga.alpha(), saga.beta(), saga.confirmation(dispute, payment, 10_000_000)))
                        .isEmpty();
                lies.add(dispute);
                assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
                refused = saga.beta()
                        .send(bob, saga.alpha(), accomplice, "10")
                        .join()
                        .getRefusal();
                assertThat(saga.alpha().position(saga.beta()).position())
                        .isLessThanOrEqualTo(Avt.parse(TRUSTED).micros());
            }
            assertThat(refused).isEqualTo("EXPOSURE_EXCEEDED");
            assertThat(lies).hasSize(3);
            assertThat(saga.alpha().balance(accomplice)).isEqualTo("19.9");
            // What it says later changes nothing.
            lies.forEach(dispute -> saga.reject(dispute).join());
            saga.pair.rest();
            assertThat(saga.alpha().balance(alice)).isEqualTo("1000");
            assertThat(saga.home(lies.getFirst()).getStepsList())
                    .last()
                    .satisfies(step -> assertThat(step.getNote()).isEqualTo("UNKNOWN_SLASH"));
            assertThat(saga.alpha().sum()).isZero();
            assertThat(saga.alpha().fault()).isEmpty();
            assertThat(saga.beta().fault()).isEmpty();
        }
    }
}
