package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.testing.TestRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What rulings leave behind. Source: spec/protocol, Disputes: "The reputation hit lands on the LOSING side only".
final class LocalTrustTest {
    private final TestRegistry alpha = TestRegistry.fresh();
    private final LocalTrust trust = new LocalTrust(TestRegistry.NAME);
    private final Did complainant = did();
    private final Did defendant = did();

    @AfterEach
    void close() {
        alpha.close();
    }

    @Test
    void addsExactlyWhatARulingSays() {
        rule(0, 3);
        assertThat(row(complainant, defendant)).contains(row(0, 3, 0));
        rule(1, 0);
        assertThat(row(complainant, defendant)).contains(row(1, 3, 0));
        assertThat(row(defendant, complainant))
                .as("the complainant's own score is unaffected")
                .isEmpty();
    }

    @Test
    void addsUpWhatOneBatchRules() {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        try (var held = alpha.holdUp()) {
            for (int i = 0; i < 20; i++) {
                answers.add(alpha.commit.submit(new Ruling(trust, complainant, defendant, 1, 3)));
            }
        }
        answers.forEach(CompletableFuture::join);
        assertThat(row(complainant, defendant)).contains(row(20, 60, 0));
    }

    @Test
    void losesNothingWhenTwoProcessesMakeTheSameRowAtOnce() {
        try (TestRegistry other = TestRegistry.on(alpha.source())) {
            for (int round = 0; round < 20; round++) {
                Did accused = did();
                CompletableFuture<String> here = alpha.commit.submit(new Ruling(trust, complainant, accused, 1, 0));
                CompletableFuture<String> there = other.commit.submit(new Ruling(trust, complainant, accused, 0, 3));
                CompletableFuture.allOf(here, there).join();
                assertThat(row(complainant, accused))
                        .map(TrustRow::satisfactory)
                        .contains(1L);
                assertThat(row(complainant, accused))
                        .map(TrustRow::unsatisfactory)
                        .contains(3L);
            }
        }
    }

    @Test
    void keepsRulingAndCountApart() {
        count(5);
        rule(0, 3);
        count(2);
        assertThat(row(complainant, defendant)).contains(row(0, 3, 7));
    }

    @Test
    void tellsAnAgentFromItsNamesakeAtAPeer() {
        Did namesake = new Did(TestRegistry.PEER, defendant.agent());
        alpha.commit.submit(new Ruling(trust, complainant, namesake, 1, 0)).join();
        assertThat(row(complainant, namesake)).isPresent();
        assertThat(row(complainant, defendant)).isEmpty();
    }

    @Test
    void takesNothingBack() {
        assertThatIllegalArgumentException().isThrownBy(() -> trust.record(null, complainant, defendant, -1, 0));
    }

    private void rule(int satisfactory, int unsatisfactory) {
        alpha.commit
                .submit(new Ruling(trust, complainant, defendant, satisfactory, unsatisfactory))
                .join();
    }

    private void count(long dealings) {
        alpha.database.write(tx -> {
            var pipeline = tx.pipeline();
            trust.store().add(pipeline, List.of(row(0, 0, dealings)));
            pipeline.run();
            return dealings;
        });
    }

    private TrustRow row(long satisfactory, long unsatisfactory, long dealings) {
        return new TrustRow(new TrustRow.Pair(complainant, defendant), satisfactory, unsatisfactory, dealings);
    }

    private Optional<TrustRow> row(Did from, Did to) {
        return alpha.database.read(tx -> trust.store().find(tx, new TrustRow.Pair(from, to)));
    }

    private static Did did() {
        return new Did(TestRegistry.NAME, new AgentId(UUID.randomUUID()));
    }
}
