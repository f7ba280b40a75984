package hanse.node.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class SpendingRaceTest {
    @Test
    void asManySucceedAsTheMoneyAllowsHoweverManyNodesAreAsked() throws Exception {
        try (Postgres.Fresh postgres = Postgres.fresh();
                TestRegistry one = TestRegistry.on(postgres.pool());
                TestRegistry two = TestRegistry.on(postgres.pool());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AgentId payer = one.agent("10.5");
            AgentId payee = one.agent("0");
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Boolean>> spent = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                TestRegistry node = i % 2 == 0 ? one : two;
                String id = "spend-" + i;
                spent.add(threads.submit(() -> {
                    start.await();
                    CompletableFuture<String> answer = node.commit.submit(node.transfer(
                            Optional.of(TestRegistry.call(payer, id, "1")), payer, payee, Avt.parse("1")));
                    return TestRegistry.refusal(answer).isEmpty();
                }));
            }
            start.countDown();
            int succeeded = 0;
            for (Future<Boolean> one64th : spent) {
                succeeded += one64th.get() ? 1 : 0;
            }
            assertThat(succeeded).isEqualTo(10);
            assertThat(one.balance(payer)).isEqualTo(500_000);
            assertThat(one.balance(payee)).isEqualTo(10 * 995_000);
            assertThat(one.total(AccountKind.TREASURY)).isEqualTo(10 * 5_000);
            assertThat(one.verify().fault()).isEmpty();
        }
    }
}
