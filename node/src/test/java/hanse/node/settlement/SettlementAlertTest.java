package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import hanse.dispute.v1.Settlement.Status;
import hanse.node.SettlementMeters;
import hanse.node.call.AgentId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// What the operator is told of slashes that wait, before they expire.
@Timeout(120)
final class SettlementAlertTest {
    private final Logger log = (Logger) LoggerFactory.getLogger(Settlements.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Saga saga;
    private AgentId alice;
    private AgentId bob;
    private SettlementMeters meters;

    @BeforeEach
    void start(@TempDir Path directory) {
        saga = new Saga(directory);
        alice = saga.alpha().agent("1000");
        bob = saga.beta().agent("100");
        meters = new SettlementMeters(saga.beta().settlements, metrics);
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void whole() {
        log.detachAppender(said);
        saga.requireWhole();
        saga.close();
    }

    @Test
    void theOperatorIsToldOnceOfASlashThatExpiresWithinFourHours() {
        String first = held("10");
        requireMeters(1, 0);
        saga.pair.pass(Duration.ofHours(20).minusMinutes(1));
        assertThat(saga.beta().settlements.sweep()).isZero();
        assertThat(warnings()).isEmpty();
        requireMeters(1, 0);

        saga.pair.pass(Duration.ofMinutes(1));
        String second = held("5");
        for (int i = 0; i < 3; i++) {
            assertThat(saga.beta().settlements.sweep()).isZero();
        }
        assertThat(warnings())
                .containsExactly(
                        "settlement " + saga.atHome(first) + " waits for an operator and expires within 4 hours");
        requireMeters(2, 1);
        assertThat(saga.alpha().settlements.held())
                .as("what the origin waits for waits for nobody there")
                .isZero();

        saga.pair.pass(Duration.ofHours(4));
        assertThat(saga.beta().settlements.sweep()).isOne();
        saga.settlesAs(first, Status.EXPIRED);
        assertThat(saga.beta().held(bob)).isEqualTo("5");
        requireMeters(1, 0);
        assertThat(saga.reject(second).join().getStatus()).isEqualTo(Status.FAILED);
        saga.settlesAs(second, Status.FAILED);
        requireMeters(0, 0);
        assertThat(warnings()).hasSize(1);
    }

    private String held(String amount) {
        String dispute = saga.ruled(saga.voting(alice, saga.settled(alice, bob, amount), ""));
        eventually("it is held", () -> saga.isHeld(dispute));
        return dispute;
    }

    private List<String> warnings() {
        return said.list.stream()
                .filter(line -> line.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private void requireMeters(int held, int expiring) {
        meters.refresh();
        assertThat(metrics.get("hanse.settlements.held").gauge().value()).isEqualTo(held);
        assertThat(metrics.get("hanse.settlements.expiring").gauge().value()).isEqualTo(expiring);
    }
}
