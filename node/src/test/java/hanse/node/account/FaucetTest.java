package hanse.node.account;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Avt;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Test tokens, where the operator gives any.
final class FaucetTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry registry = TestRegistry.fresh(clock);
    private final AgentId alice = registry.agent("0");

    @AfterEach
    void theBooksHold() {
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
    }

    @Test
    void givesAHundredAtOnceAndTenThousandADay() {
        Accounts accounts = accounts(true);
        assertThat(draw(accounts, "100.000001")).contains(Reason.FAUCET_EMPTY);
        for (int i = 0; i < 100; i++) {
            assertThat(draw(accounts, "100")).isEmpty();
        }
        assertThat(draw(accounts, "0.000001")).contains(Reason.FAUCET_EMPTY);
        assertThat(registry.balance(alice)).isEqualTo(10_000_000_000L);
        clock.advance(Duration.ofDays(1));
        assertThat(draw(accounts, "1")).isEmpty();
    }

    @Test
    void givesNothingUnlessItIsOn() {
        assertThat(draw(accounts(false), "1")).contains(Reason.FAUCET_OFF);
        assertThat(registry.balance(alice)).isZero();
    }

    private Accounts accounts(boolean faucet) {
        return new Accounts(
                registry.database, registry.ledger, registry.commit, registry.transfers, registry.outcomes, faucet);
    }

    private Optional<Reason> draw(Accounts accounts, String amount) {
        try {
            var unused = accounts.drawFaucet(
                    TestRegistry.call(alice, UUID.randomUUID().toString(), amount), alice, Avt.parse(amount));
            return Optional.empty();
        } catch (RefusedException refused) {
            return Optional.of(refused.reason());
        }
    }
}
