package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.ledger.Avt;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweepTest {
    private final TestClock clock = new TestClock();
    private TestRegistry registry;
    private Payments payments;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void open() {
        registry = TestRegistry.fresh(clock);
        payments = process();
        alice = registry.agent("100");
        bob = registry.agent("0");
    }

    @AfterEach
    void close() {
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
    }

    @Test
    void looksThroughEverythingAtFirstAndOnceADay() {
        authorizeLongAgo();
        assertThat(payments.sweepAll()).isEqualTo(1);
        authorizeLongAgo();
        authorize();
        clock.advance(Duration.ofMinutes(16));
        assertThat(payments.sweepAll()).as("what has become due meanwhile").isEqualTo(1);
        assertThat(process().sweepAll())
                .as("another process has not looked yet")
                .isEqualTo(1);
        authorizeLongAgo();
        clock.advance(Duration.ofDays(1));
        assertThat(payments.sweepAll()).isEqualTo(1);
    }

    @Test
    void givesBackWhatNobodyAskedForAlsoWhenItIsLookedForEveryDay() {
        consume(bob);
        for (int day = 0; day < 30; day++) {
            assertThat(payments.sweepAll()).isZero();
            clock.advance(Duration.ofHours(23));
            assertThat(payments.sweepAll()).isZero();
            clock.advance(Duration.ofHours(1));
        }
        assertThat(payments.sweepAll()).isEqualTo(1);
        assertThat(registry.account(alice).held().isZero()).isTrue();
    }

    @Test
    void givesBackWhatIsOwedToPayeesThatWereClosed() {
        AgentId carol = registry.agent("0");
        consume(bob);
        consume(carol);
        deactivate(bob);
        assertThat(payments.sweepAll()).as("at first").isEqualTo(1);
        clock.advance(Duration.ofMinutes(10));
        deactivate(carol);
        assertThat(payments.sweepAll()).as("since then").isEqualTo(1);
        assertThat(registry.account(alice).held().isZero()).isTrue();
    }

    private Payments process() {
        return new Payments(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                new TokenSecret(new byte[32]),
                clock);
    }

    private AuthorizeResponse authorize() {
        return authorize(bob);
    }

    private AuthorizeResponse authorize(AgentId payee) {
        return payments.authorize(call(alice), registry.parties.did(payee), Avt.parse("3"), 0, "")
                .join();
    }

    private void consume(AgentId payee) {
        payments.verify(call(payee), authorize(payee).getPaymentToken()).join();
    }

    private void authorizeLongAgo() {
        execute("update payment set authorized_at = authorized_at - interval '1 year',"
                + " expires_at = expires_at - interval '1 year' where id = '"
                + authorize().getPaymentId() + "'");
    }

    /// As it stands when the process dies before it has given anything back.
    private void deactivate(AgentId agent) {
        registry.database.write(tx -> {
            registry.ledger.deactivate(tx, agent);
            return agent;
        });
        execute("insert into signing_key (public_key, agent, version, since, until)" + " values (sha256('" + agent
                + "'), '" + agent + "', 1, 'epoch', '" + clock.instant() + "')");
    }

    private void execute(String sql) {
        assertThat(registry.database.<Integer>write(tx -> tx.sql().execute(sql)))
                .as(sql)
                .isEqualTo(1);
    }

    private static Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "");
    }
}
