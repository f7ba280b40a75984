package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.ledger.Ledger;
import hanse.node.testing.TestRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The journal is read in stretches that meet and never overlap, whatever is written meanwhile.
final class DealingCountTest {
    private static final int STRETCH = 3;

    private record Stretch(int lane, long after, long last) {}

    @Test
    void asksForEveryEntryOfEveryLaneOnce() {
        try (TestRegistry alpha = TestRegistry.fresh()) {
            AgentId payer = alpha.agent("100");
            AgentId payee = alpha.agent("0");
            List<Stretch> asked = new ArrayList<>();
            DealingCount count = new DealingCount(
                    alpha.database,
                    alpha.ledger,
                    new LocalTrust(TestRegistry.NAME),
                    new PeerTrusts(),
                    List.<Dealings>of((tx, after, last) -> {
                        asked.add(new Stretch(after.lane(), after.number(), last.number()));
                        return List.of();
                    }),
                    STRETCH);
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 10; i++) {
                    alpha.pay(payer, payee, "0.1");
                }
                count.run();
            }
            int before = asked.size();
            count.run();
            assertThat(asked).as("nothing is new").hasSize(before);

            Map<Integer, Long> reached = new HashMap<>();
            for (Stretch one : asked) {
                assertThat(one.after()).isEqualTo(reached.getOrDefault(one.lane(), 0L));
                assertThat(one.last() - one.after()).isBetween(1L, (long) STRETCH);
                reached.put(one.lane(), one.last());
            }
            for (Ledger.Head head : alpha.database.read(alpha.ledger::heads)) {
                assertThat(reached.getOrDefault(head.lane(), 0L)).isEqualTo(head.number());
            }
        }
    }
}
