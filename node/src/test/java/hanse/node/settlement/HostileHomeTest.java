package hanse.node.settlement;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode;
import hanse.node.testing.Postgres;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Confirmations of a slash that was asked for, by who was not asked, or more than one.
@Timeout(120)
class HostileHomeTest {
    @Test
    void aSlashIsConfirmedByWhomItWasAskedOfAndOnceHoweverOftenAndWithWhateverContent(@TempDir Path directory) {
        try (Saga saga = new Saga(directory);
                TestNode mallory = new TestNode("mallory.example", directory.resolve("mallory"), Postgres.fresh())) {
            saga.alpha().trust(mallory);
            AgentId alice = saga.alpha().agent("1000");
            AgentId bob = saga.beta().agent("100");
            String payment = saga.settled(alice, bob, "10");
            String dispute = saga.ruled(saga.voting(alice, payment, ""));
            eventually("it is held", () -> saga.isHeld(dispute));
            saga.pair.rest();
            Message byMallory = saga.confirmation(dispute, payment, 10_000_000).toBuilder()
                    .setFrom(mallory.id.value())
                    .build();
            assertThat(Saga.refusal(saga.alpha(), mallory, byMallory)).isEqualTo("UNKNOWN_SLASH");
            assertThat(saga.alpha().balance(alice)).isEqualTo("990");
            // A hundred of its home at once, each of another amount: one counts.
            List<CompletableFuture<Answer>> answers = IntStream.rangeClosed(1, 100)
                    .mapToObj(
                            i -> saga.alpha().receiving(saga.beta(), saga.confirmation(dispute, payment, i * 100_000L)))
                    .toList();
            assertThat(answers.stream().map(CompletableFuture::join).filter(HostileHomeTest::isAccepted))
                    .hasSize(1);
            assertThat(Double.parseDouble(saga.alpha().balance(alice)))
                    .isGreaterThanOrEqualTo(990.1)
                    .isLessThanOrEqualTo(1_000);
            assertThat(saga.alpha().sum()).isZero();
            assertThat(saga.alpha().fault()).isEmpty();
        }
    }

    private static boolean isAccepted(Answer answer) {
        try {
            return hanse.federation.v1.Outcome.parseFrom(answer.getOutcome().getOutcome())
                    .hasAccepted();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
