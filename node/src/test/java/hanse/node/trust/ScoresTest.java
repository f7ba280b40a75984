package hanse.node.trust;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.federation.v1.AgentScore;
import hanse.federation.v1.ResolveAgentResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.testing.GuardedRegistry;
import hanse.node.testing.TestRegistry;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is answered where there is no score to tell, or none to believe.
final class ScoresTest {
    private static final Did FOREIGNER = new Did(TestRegistry.PEER, new AgentId(UUID.randomUUID()));

    private final GuardedRegistry registry = new GuardedRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void beforeTheFirstComputationThereIsNone() {
        assertThat(refusal(ResolveAgentResponse.getDefaultInstance(), Scores::newest))
                .isEqualTo(Reason.SCORE_UNAVAILABLE);
    }

    @Test
    void aHomeThatTellsNoScoreIsNotGuessedAt() {
        assertThat(refusal(ResolveAgentResponse.getDefaultInstance(), scores -> scores.of(FOREIGNER)))
                .isEqualTo(Reason.SCORE_UNAVAILABLE);
    }

    @Test
    void aHomeThatTellsNonsenseIsNotBelieved() {
        for (double nonsense : new double[] {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            ResolveAgentResponse said = ResolveAgentResponse.newBuilder()
                    .setScore(AgentScore.newBuilder().setTrustScore(nonsense).setEigentrust(0.5))
                    .build();
            assertThat(refusal(said, scores -> scores.of(FOREIGNER)))
                    .as("%s", nonsense)
                    .isEqualTo(Reason.MESSAGE_UNREADABLE);
        }
    }

    private Reason refusal(ResolveAgentResponse said, Function<Scores, ?> asked) {
        Scores scores = new Scores(
                registry.database,
                new Parties(GuardedRegistry.NAME, registry.agents),
                registry.agents,
                new Trust(GuardedRegistry.NAME, registry.database, List.of(), 0.15, registry.clock),
                new PeerTrusts(),
                (home, did) -> CompletableFuture.completedFuture(said));
        RefusedException refused = Assertions.catchThrowableOfType(RefusedException.class, () -> asked.apply(scores));
        assertThat(refused).as("a refusal").isNotNull();
        return refused.reason();
    }
}
