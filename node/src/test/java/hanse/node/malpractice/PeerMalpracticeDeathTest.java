package hanse.node.malpractice;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.malpractice.v1.Dealing.Kind;
import hanse.malpractice.v1.Malpractice;
import hanse.malpractice.v1.Malpractice.Delivery;
import hanse.malpractice.v1.Malpractice.State;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.trust.TrustRow;
import hanse.payment.v1.AuthorizeResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A record that is made, answered and withdrawn between registries that die.
@Timeout(240)
class PeerMalpracticeDeathTest {
    private static final int PAYMENTS = 24;

    private int told;

    @Test
    void atEachCommitOfARecordThatIsAnsweredAndWithdrawn(@TempDir Path directory) {
        try (Pair pair = new Pair(directory)) {
            AgentId alice = pair.alpha().agent("100");
            AgentId bob = pair.beta().agent("0");
            Did alices = new Did(pair.alpha().id, alice);
            Did bobs = new Did(pair.beta().id, bob);
            Deque<String> payments = new ArrayDeque<>();
            for (int i = 0; i < PAYMENTS; i++) {
                AuthorizeResponse token = Desk.of(pair.alpha()).authorized(alice, bobs);
                Desk.of(pair.beta()).verify(bob, pair.alpha().id.value(), token.getPaymentToken());
                payments.add(token.getPaymentId());
            }
            int deaths = pair.dieAtEachCommit(() -> {
                pair.pass(Duration.ofHours(3));
                String record = Desk.of(pair.alpha())
                        .report(alice, Kind.PAYMENT, payments.remove())
                        .value()
                        .getMalpracticeId();
                told++;
                pair.rest();
                Desk.of(pair.beta()).answer(bob, record, "no").value();
                pair.rest();
                Desk.of(pair.alpha()).withdraw(alice, record).value();
                pair.rest();
                Malpractice kept = Desk.of(pair.alpha()).record(record);
                Malpractice shown = Desk.of(pair.beta()).record(record);
                assertThat(kept.getDelivery()).isEqualTo(Delivery.SHOWN);
                assertThat(shown)
                        .isEqualTo(kept.toBuilder().setDelivery(Delivery.HERE).build());
                assertThat(kept.getState()).isEqualTo(State.WITHDRAWN);
                assertThat(kept.getAnswer().getStatement()).isEqualTo("no");
                assertThat(Desk.of(pair.alpha()).rowsAbout(bobs))
                        .containsExactly(new TrustRow(new TrustRow.Pair(alices, bobs), 0, 0, 0, told, told));
            });
            assertThat(deaths).isGreaterThanOrEqualTo(8);
        }
    }
}
