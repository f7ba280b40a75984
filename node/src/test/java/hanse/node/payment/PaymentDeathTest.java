package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.Payment.State;
import hanse.payment.v1.VerifyResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Either registry is killed at every commit of a payment between them, before it takes effect and after, and starts
/// again.
@Timeout(120)
class PaymentDeathTest {
    private Pair pair;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    @Test
    void atEachCommitOfAPaymentThatIsSettled() {
        int deaths = pair.dieAtEachCommit(() -> {
            Story story = new Story();
            Payment paid = story.repeat(call -> pair.alpha()
                    .payments
                    .end(call.apply(story.alice), EndCommand.How.SETTLE, story.token.getPaymentToken(), ""));
            assertThat(paid.getState()).isEqualTo(State.SETTLED);
            story.requirePaid();
        });
        // Twice each: alpha authorizes, consumes, takes the money and lets it go; beta asks, records and credits.
        assertThat(deaths).isGreaterThanOrEqualTo(14);
    }

    @Test
    void atEachCommitOfAPaymentThatIsClaimed() {
        int deaths = pair.dieAtEachCommit(() -> {
            Story story = new Story();
            pair.pass(Duration.ofHours(25));
            story.repeat(call ->
                    pair.beta().payments.claim(call.apply(story.weather), "alpha.example", story.token.getPaymentId()));
            story.requirePaid();
        });
        // 18 where each is a batch of its own; two may well fall into one.
        assertThat(deaths).isGreaterThanOrEqualTo(14);
    }

    @Test
    void atEachCommitOfAPaymentThatIsWaived() {
        int deaths = pair.dieAtEachCommit(() -> {
            Story story = new Story();
            Payment waived = story.repeat(call ->
                    pair.beta().payments.waive(call.apply(story.weather), "alpha.example", story.token.getPaymentId()));
            assertThat(waived.getState()).isEqualTo(State.RELEASED);
            story.requireGivenBack();
        });
        assertThat(deaths).isGreaterThanOrEqualTo(12);
    }

    /// Alice of alpha authorizes 1 AVT for weather of beta, and weather presents the token to beta.
    private final class Story {
        final AgentId alice = pair.alpha().agent("100");
        final AgentId weather = pair.beta().agent("0");
        final AuthorizeResponse token = answer(call -> pair.alpha()
                .payments
                .authorize(call.apply(alice), new Did(pair.beta().id, weather), Avt.parse("1"), 0, ""));

        Story() {
            VerifyResponse verified = answer(
                    call -> pair.beta().payments.verify(call.apply(weather), "alpha.example", token.getPaymentToken()));
            assertThat(verified.getValid()).isTrue();
            assertThat(verified.getFirstUse()).isTrue();
        }

        private <T> T answer(Function<Function<AgentId, Call>, CompletableFuture<T>> work) {
            String request = UUID.randomUUID().toString();
            return pair.insist(() -> work.apply(agent -> TestNode.call(agent, request, "")), any -> true);
        }

        /// What becomes of the payment by a request that is repeated until that is known.
        Payment repeat(Function<Function<AgentId, Call>, CompletableFuture<Payment>> work) {
            String request = UUID.randomUUID().toString();
            return pair.insist(
                    () -> work.apply(agent -> TestNode.call(agent, request, "")),
                    payment -> payment.getState() == State.SETTLED || payment.getState() == State.RELEASED);
        }

        void requirePaid() {
            pair.rest();
            assertThat(pair.alpha().balance(alice)).isEqualTo("99");
            assertThat(pair.alpha().held(alice)).isEqualTo("0");
            assertThat(pair.beta().balance(weather)).isEqualTo("0.995");
            assertThat(pair.beta().position(pair.alpha()).reserved().isZero()).isTrue();
        }

        void requireGivenBack() {
            pair.rest();
            assertThat(pair.alpha().balance(alice)).isEqualTo("100");
            assertThat(pair.alpha().held(alice)).isEqualTo("0");
            assertThat(pair.beta().balance(weather)).isEqualTo("0");
            assertThat(pair.beta().position(pair.alpha()).reserved().isZero()).isTrue();
        }
    }
}
