package hanse.node.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.testing.TestRegistry;
import org.junit.jupiter.api.Test;

final class BooksTest {
    @Test
    void aBalanceBeyondWhatIsCountedIsRefusedAndNothingMoves() {
        try (TestRegistry registry = TestRegistry.fresh()) {
            AgentId rich = registry.agent("0");
            Avt most = new Avt(Long.MAX_VALUE);
            registry.deposit(rich, most);
            assertThatThrownBy(() -> registry.deposit(rich, new Avt(1)))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.BALANCE_OVERFLOW));
            assertThat(registry.balance(rich)).isEqualTo(Long.MAX_VALUE);
        }
    }
}
