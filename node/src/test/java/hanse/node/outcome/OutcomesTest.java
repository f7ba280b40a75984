package hanse.node.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.storage.Database;
import hanse.node.testing.FaultySource;
import hanse.node.testing.FaultySource.Fault;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OutcomesTest {
    private static final Caller OPERATOR = new Caller.Operator("admin", 1);

    private final AtomicInteger done = new AtomicInteger();
    private Postgres.Fresh postgres;
    private FaultySource faults;
    private TestRegistry registry;
    private Outcomes outcomes;

    @BeforeEach
    void open() {
        postgres = Postgres.fresh();
        faults = new FaultySource(postgres.pool());
        registry = TestRegistry.on(postgres.pool());
        outcomes = new Outcomes(
                new Database(faults.source(), InstantSource.system()),
                new OutcomeStore(),
                registry.ledger,
                (tx, operator) -> {});
    }

    @AfterEach
    void close() {
        registry.close();
        postgres.close();
    }

    @Test
    void aRepeatGetsTheFirstAnswerAndDoesNothing() {
        assertThat(run(call("once", "a"))).isEqualTo("answer 1");

        Call repeat = call("once", "a");
        assertThat(run(repeat)).isEqualTo("answer 1");
        assertThat(repeat.isReplayed()).isTrue();
        assertThat(done).hasValue(1);
    }

    @Test
    void anotherContentUnderTheSameIdIsRefused() {
        run(call("once", "a"));
        assertRefused(call("once", "b"), Reason.REQUEST_ID_REUSED);
        assertThat(done).hasValue(1);
    }

    @Test
    void theSameSignatureNeverGetsAnAnswerTwice() {
        UUID signature = UUID.randomUUID();
        run(TestRegistry.call(OPERATOR, "once", "a", signature));
        assertRefused(TestRegistry.call(OPERATOR, "once", "a", signature), Reason.SIGNATURE_REPLAYED);

        UUID second = UUID.randomUUID();
        run(TestRegistry.call(OPERATOR, "once", "a", second));
        assertRefused(TestRegistry.call(OPERATOR, "once", "a", second), Reason.SIGNATURE_REPLAYED);
    }

    @Test
    void aRepeatByWhoIsSuspendedSinceGetsNoAnswer() {
        AgentId agent = registry.agent("0");
        run(TestRegistry.call(agent, "once", "a"));
        assertThat(run(TestRegistry.call(agent, "once", "a"))).isEqualTo("answer 1");
        registry.database.write(tx -> {
            registry.ledger.suspend(tx, agent);
            return agent;
        });
        assertRefused(TestRegistry.call(agent, "once", "a"), Reason.CALLER_SUSPENDED);
    }

    @Test
    void onlyWhatIsCommittedIsHintedAt() {
        outcomes.run(call("done", ""), StringValue.parser(), tx -> {
            tx.afterCommit(done::incrementAndGet);
            return StringValue.of("done");
        });
        assertThat(done).hasValue(1);
        assertThatThrownBy(() -> outcomes.run(call("refused", ""), StringValue.parser(), tx -> {
                    tx.afterCommit(done::incrementAndGet);
                    throw new RefusedException(Reason.INSUFFICIENT_FUNDS);
                }))
                .isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> outcomes.run(call("failed", ""), StringValue.parser(), tx -> {
                    tx.afterCommit(done::incrementAndGet);
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(done).hasValue(1);
    }

    @Test
    void whoAsksWhileTheFirstIsAtWorkIsToldSo() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Thread first = Thread.ofVirtual()
                .start(() -> outcomes.run(call("once", "a"), StringValue.parser(), tx -> {
                    working.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return StringValue.of("slow");
                }));
        working.await();
        assertRefused(call("once", "a"), Reason.REQUEST_IN_FLIGHT);
        go.countDown();
        first.join();
        assertThat(run(call("once", "a"))).isEqualTo("slow");
    }

    @Test
    void aRefusalIsRememberedAndWhatWasDoneBeforeItIsTakenBack() {
        AgentId agent = new AgentId(UUID.randomUUID());
        assertThatThrownBy(() -> outcomes.run(call("once", "a"), StringValue.parser(), tx -> {
                    registry.ledger.open(tx, agent);
                    throw new RefusedException(Reason.HANDLE_TAKEN);
                }))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.HANDLE_TAKEN));

        assertRefused(call("once", "a"), Reason.HANDLE_TAKEN);
        assertThat(done).hasValue(0);
        Optional<Account> left = registry.database.read(tx -> registry.ledger.find(tx, AccountId.of(agent)));
        assertThat(left).isEmpty();
    }

    @Test
    void aCommitWhoseAnswerIsLostIsFoundAgainAsOurOwn() {
        faults.plan(Fault.ANSWER_LOST);
        Call call = call("once", "a");
        assertThat(run(call)).isEqualTo("answer 1");
        assertThat(call.isReplayed()).isFalse();
        assertThat(done).hasValue(1);
        assertThat(faults.happened()).isEqualTo(1);
    }

    @Test
    void aRepeatWhoseCommitsAnswerIsLostIsStillAnswered() {
        run(call("once", "a"));
        faults.plan(Fault.ANSWER_LOST);
        Call repeat = call("once", "a");
        assertThat(run(repeat)).isEqualTo("answer 1");
        assertThat(repeat.isReplayed()).isTrue();
        assertThat(done).hasValue(1);
    }

    @Test
    void whatIsKilledBeforeItsCommitIsDoneAgain() {
        faults.plan(Fault.KILLED_BEFORE);
        assertThat(run(call("once", "a"))).isEqualTo("answer 2");
        assertThat(run(call("once", "a"))).isEqualTo("answer 2");
    }

    private String run(Call call) {
        return outcomes.run(call, StringValue.parser(), tx -> StringValue.of("answer " + done.incrementAndGet()))
                .getValue();
    }

    private void assertRefused(Call call, Reason reason) {
        assertThatThrownBy(() -> run(call))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static Call call(String requestId, String content) {
        return TestRegistry.call(OPERATOR, requestId, content, UUID.randomUUID());
    }
}
