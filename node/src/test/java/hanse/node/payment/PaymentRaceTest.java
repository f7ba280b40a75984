package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many callers, over two nodes, want different ends for the same payment at the same moment.
@Timeout(180)
final class PaymentRaceTest {
    private static final int ROUNDS = 25;
    private static final long PRICE = 1_000_000;
    private static final long FEE = 5_000;

    private final TestClock clock = new TestClock();
    private Postgres.Fresh postgres;
    private TestRegistry one;
    private TestRegistry two;
    private List<Payments> nodes;
    private AgentId payer;
    private AgentId payee;

    @BeforeEach
    void twoNodes() {
        postgres = Postgres.fresh();
        one = TestRegistry.on(postgres.pool(), clock);
        two = TestRegistry.on(postgres.pool(), clock);
        nodes = List.of(payments(one), payments(two));
        payer = one.agent("100");
        payee = one.agent("0");
    }

    @AfterEach
    void booksHold() {
        assertThat(one.verify().fault()).isEmpty();
        one.close();
        two.close();
        postgres.close();
    }

    @Test
    void aConsumedPaymentEndsOnceHoweverManySettleClaimAndWaiveIt() throws Exception {
        long paid = 0;
        for (int round = 0; round < ROUNDS; round++) {
            AuthorizeResponse made = authorize();
            assertThat(verify(0, made).join().getFirstUse()).isTrue();
            clock.advance(Duration.ofHours(25));
            List<Callable<Optional<Reason>>> asks = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int node = i % 2;
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.SETTLE, made)));
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.CLAIM, made)));
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.WAIVE, made)));
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.RELEASE, made)));
            }
            Map<Optional<Reason>, Integer> answers = atOnce(asks);

            assertThat(answers).containsEntry(Optional.empty(), 1);
            Payment.State state = state(made);
            assertThat(state).isIn(Payment.State.SETTLED, Payment.State.RELEASED);
            paid += state == Payment.State.SETTLED ? 1 : 0;
            requireMoney(paid, 0);
        }
    }

    @Test
    void anUnusedPaymentIsEitherConsumedOrReleasedNeverBoth() throws Exception {
        long consumed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            AuthorizeResponse made = authorize();
            List<Callable<Optional<Reason>>> asks = new ArrayList<>();
            List<CompletableFuture<Boolean>> firstUses = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int node = i % 2;
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.RELEASE, made)));
                CompletableFuture<Boolean> first = new CompletableFuture<>();
                firstUses.add(first);
                asks.add(() -> {
                    first.complete(verify(node, made).join().getFirstUse());
                    return Optional.of(Reason.REASON_UNSPECIFIED);
                });
            }
            Map<Optional<Reason>, Integer> answers = atOnce(asks);

            long first = firstUses.stream().filter(CompletableFuture::join).count();
            assertThat(answers.getOrDefault(Optional.empty(), 0) + first).isEqualTo(1);
            assertThat(state(made)).isEqualTo(first == 1 ? Payment.State.CONSUMED : Payment.State.RELEASED);
            consumed += first;
            requireMoney(0, consumed);
        }
    }

    @Test
    void anExpiredPaymentGoesBackOnceWhileItIsVerifiedReleasedAndSwept() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            AuthorizeResponse made = authorize();
            clock.advance(Duration.ofMinutes(20));
            List<Callable<Optional<Reason>>> asks = new ArrayList<>();
            List<CompletableFuture<Integer>> swept = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int node = i % 2;
                CompletableFuture<Integer> count = new CompletableFuture<>();
                swept.add(count);
                asks.add(() -> {
                    count.complete(nodes.get(node).sweepExpired());
                    return Optional.of(Reason.REASON_UNSPECIFIED);
                });
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.RELEASE, made)));
                asks.add(() -> TestRegistry.refusal(end(node, EndCommand.How.SETTLE, made)));
                asks.add(() -> {
                    assertThat(verify(node, made).join().getValid()).isFalse();
                    return Optional.of(Reason.REASON_UNSPECIFIED);
                });
            }
            Map<Optional<Reason>, Integer> answers = atOnce(asks);

            assertThat(answers).doesNotContainKey(Optional.empty());
            assertThat(swept.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(1);
            assertThat(state(made)).isEqualTo(Payment.State.EXPIRED);
            requireMoney(0, 0);
        }
    }

    @Test
    void theSameAuthorizationAtTwoNodesHoldsTheMoneyOnce() {
        for (int round = 0; round < ROUNDS; round++) {
            String id = "same-" + round;
            var here = authorize(0, id);
            var there = authorize(1, id);
            assertThat(here.join().getPaymentToken())
                    .isNotEmpty()
                    .isEqualTo(there.join().getPaymentToken());
        }
        requireMoney(0, ROUNDS);
    }

    private void requireMoney(long settled, long open) {
        assertThat(one.balance(payer)).isEqualTo(100_000_000 - settled * PRICE);
        assertThat(one.account(payer).held().micros()).isEqualTo(open * PRICE);
        assertThat(one.balance(payee)).isEqualTo(settled * (PRICE - FEE));
        assertThat(one.total(AccountKind.TREASURY)).isEqualTo(settled * FEE);
    }

    private static Map<Optional<Reason>, Integer> atOnce(List<Callable<Optional<Reason>>> asks) throws Exception {
        Map<Optional<Reason>, Integer> answers = new HashMap<>();
        CountDownLatch start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Reason>>> all = new ArrayList<>();
            for (Callable<Optional<Reason>> ask : asks) {
                all.add(threads.submit(() -> {
                    start.await();
                    return ask.call();
                }));
            }
            start.countDown();
            for (Future<Optional<Reason>> answer : all) {
                answers.merge(answer.get(), 1, Integer::sum);
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
        return answers;
    }

    private AuthorizeResponse authorize() {
        return authorize(0, UUID.randomUUID().toString()).join();
    }

    private CompletableFuture<AuthorizeResponse> authorize(int node, String id) {
        return nodes.get(node)
                .authorize(TestRegistry.call(payer, id, "1"), one.parties.did(payee), new Avt(PRICE), 0, "");
    }

    private CompletableFuture<hanse.payment.v1.VerifyResponse> verify(int node, AuthorizeResponse made) {
        return nodes.get(node).verify(fresh(payee), made.getPaymentToken());
    }

    private CompletableFuture<hanse.payment.v1.Payment> end(int node, EndCommand.How how, AuthorizeResponse made) {
        boolean payers = how == EndCommand.How.SETTLE || how == EndCommand.How.RELEASE;
        return nodes.get(node).end(fresh(payers ? payer : payee), how, "", made.getPaymentId());
    }

    private Payment.State state(AuthorizeResponse made) {
        return nodes.getFirst()
                .get(fresh(payer).caller(), UUID.fromString(made.getPaymentId()))
                .state();
    }

    private static Call fresh(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "x");
    }

    private Payments payments(TestRegistry registry) {
        return new Payments(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                new TokenSecret(new byte[32]),
                clock);
    }
}
