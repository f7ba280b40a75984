package hanse.node.ledger;

import static hanse.node.testing.TestRegistry.call;
import static hanse.node.testing.TestRegistry.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import hanse.node.testing.FaultySource;
import hanse.node.testing.FaultySource.Fault;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestRegistry;
import hanse.node.testing.Work;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class GroupCommitTest {
    private Postgres.Fresh postgres;
    private FaultySource faults;
    private TestRegistry registry;
    private GroupCommit commit;
    private AgentId alice;
    private AgentId bob;

    @BeforeEach
    void oneWriter() {
        postgres = Postgres.fresh();
        faults = new FaultySource(postgres.pool());
        registry = TestRegistry.on(postgres.pool());
        alice = registry.agent("100");
        bob = registry.agent("0");
        commit = commit(GroupCommit.Settings.standard());
    }

    @AfterEach
    void booksHold() {
        commit.close();
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
        postgres.close();
    }

    @Test
    void oneRefusedCommandRefusesAlone() {
        List<CompletableFuture<String>> answers =
                inOneBatch(pay("1", "a"), pay("99.5", "b"), pay("2", "c"), pay("98", "d"));

        assertThat(answers)
                .extracting(TestRegistry::refusal)
                .containsExactly(
                        Optional.empty(),
                        Optional.of(Reason.INSUFFICIENT_FUNDS),
                        Optional.empty(),
                        Optional.of(Reason.INSUFFICIENT_FUNDS));
        assertThat(registry.balance(alice)).isEqualTo(97_000_000);
    }

    @Test
    void aRepeatInTheSameBatchJoinsTheFirst() {
        Call first = call(alice, "once", "1 to bob");
        Call second = call(alice, "once", "1 to bob");

        List<CompletableFuture<String>> answers = inOneBatch(pay(first, "1"), pay(second, "1"));

        assertThat(answers.get(1).join()).isEqualTo(answers.get(0).join());
        assertThat(first.isReplayed()).isFalse();
        assertThat(second.isReplayed()).isTrue();
        assertThat(registry.balance(alice)).isEqualTo(99_000_000);
    }

    @Test
    void anOperatorWhoseKeyHasChangedIsTurnedAwayAloneAndNothingIsRemembered() {
        Caller before = new Caller.Operator("admin", 0);
        Caller after = new Caller.Operator("admin", 1);

        List<CompletableFuture<String>> answers = inOneBatch(
                pay(call(before, "a", "a", UUID.randomUUID()), "1"),
                pay(call(after, "b", "b", UUID.randomUUID()), "2"),
                pay("3", "c"));

        assertThat(answers)
                .extracting(TestRegistry::refusal)
                .containsExactly(Optional.of(Reason.KEY_CHANGED), Optional.empty(), Optional.empty());
        assertThat(registry.balance(alice)).isEqualTo(95_000_000);
        commit.submit(pay(call(after, "a", "a", UUID.randomUUID()), "1")).join();
        commit.submit(pay(call(after, "b", "b", UUID.randomUUID()), "2")).join();
        assertThat(registry.balance(alice)).isEqualTo(94_000_000);
    }

    @Test
    void aSignatureThatJoinedIsUsedUpAsWell() {
        Caller caller = new Caller.Agent(alice, 1, false, "t");
        UUID overheard = UUID.randomUUID();
        inOneBatch(pay(call(alice, "once", "1 to bob"), "1"), pay(call(caller, "once", "1 to bob", overheard), "1"))
                .forEach(CompletableFuture::join);

        var replay = commit.submit(pay(call(caller, "once", "1 to bob", overheard), "1"));

        assertThat(refusal(replay)).contains(Reason.SIGNATURE_REPLAYED);
    }

    @Test
    void anotherContentUnderTheSameIdIsRefusedInTheSameBatchAndLater() {
        List<CompletableFuture<String>> answers =
                inOneBatch(pay(call(alice, "once", "1 to bob"), "1"), pay(call(alice, "once", "2 to bob"), "2"));

        assertThat(refusal(answers.get(0))).isEmpty();
        assertThat(refusal(answers.get(1))).contains(Reason.REQUEST_ID_REUSED);
        assertThat(refusal(commit.submit(pay(call(alice, "once", "3 to bob"), "3"))))
                .contains(Reason.REQUEST_ID_REUSED);
        assertThat(registry.balance(alice)).isEqualTo(99_000_000);
    }

    @Test
    void theSameSignatureAgainIsRefusedInTheSameBatchAndLater() {
        Caller caller = new Caller.Agent(alice, 1, false, "t");
        UUID signature = UUID.randomUUID();

        List<CompletableFuture<String>> answers = inOneBatch(
                pay(call(caller, "once", "1 to bob", signature), "1"),
                pay(call(caller, "once", "1 to bob", signature), "1"));

        assertThat(refusal(answers.get(0))).isEmpty();
        assertThat(refusal(answers.get(1))).contains(Reason.SIGNATURE_REPLAYED);
        assertThat(refusal(commit.submit(pay(call(caller, "once", "1 to bob", signature), "1"))))
                .contains(Reason.SIGNATURE_REPLAYED);
    }

    @Test
    void aRepeatMuchLaterGetsTheFirstAnswerAndItsSignatureOnlyOnce() {
        Caller caller = new Caller.Agent(alice, 1, false, "t");
        UUID second = UUID.randomUUID();
        String answer = commit.submit(pay(call(alice, "once", "1 to bob"), "1")).join();

        Call repeat = call(caller, "once", "1 to bob", second);
        assertThat(commit.submit(pay(repeat, "1")).join()).isEqualTo(answer);
        assertThat(repeat.isReplayed()).isTrue();
        assertThat(refusal(commit.submit(pay(call(caller, "once", "1 to bob", second), "1"))))
                .contains(Reason.SIGNATURE_REPLAYED);
        assertThat(registry.balance(alice)).isEqualTo(99_000_000);
    }

    @Test
    void aRefusalIsRememberedEvenWhenTheMoneyArrivesLater() {
        assertThat(refusal(commit.submit(pay(call(alice, "once", "500"), "500"))))
                .contains(Reason.INSUFFICIENT_FUNDS);
        registry.deposit(alice, Avt.parse("1000"));

        Call repeat = call(alice, "once", "500");
        assertThat(refusal(commit.submit(pay(repeat, "500")))).contains(Reason.INSUFFICIENT_FUNDS);
        assertThat(repeat.isReplayed()).isTrue();
    }

    @Test
    void whoseKeyHasChangedIsTurnedAway() {
        registry.database.write(tx -> {
            registry.ledger.changeKey(tx, alice);
            return alice;
        });
        assertThat(refusal(commit.submit(pay("1", "a")))).contains(Reason.KEY_CHANGED);
    }

    @Test
    void whereTheFirstIsTurnedAwayTheSecondIsDecidedAndTheThirdJoinsIt() {
        AtomicInteger decided = new AtomicInteger();
        Caller before = new Caller.Agent(alice, 99, false, "t");
        Caller now = new Caller.Agent(alice, 1, false, "t");
        List<CompletableFuture<String>> answers = inOneBatch(Stream.of(before, now, now)
                .map(caller -> new Work(
                        Optional.of(call(caller, "once", "x", UUID.randomUUID())),
                        wanted -> {},
                        books -> "decided " + decided.incrementAndGet()))
                .toArray(Work[]::new));

        assertThat(refusal(answers.get(0))).contains(Reason.KEY_CHANGED);
        assertThat(answers.get(1).join()).isEqualTo("decided 1");
        assertThat(answers.get(2).join()).isEqualTo("decided 1");
        assertThat(decided).hasValue(1);
    }

    @Test
    void aReplayedSignatureDoesNotStandForItsRequestId() {
        Caller caller = new Caller.Agent(alice, 1, false, "t");
        AgentId carol = registry.agent("0");
        UUID overheard = UUID.randomUUID();
        List<CompletableFuture<String>> answers = inOneBatch(
                pay(call(caller, "first", "1 to bob", overheard), "1"),
                pay(call(caller, "second", "1 to carol", overheard), carol),
                pay(call(caller, "second", "1 to carol", UUID.randomUUID()), carol));

        assertThat(refusal(answers.get(0))).isEmpty();
        assertThat(refusal(answers.get(1))).contains(Reason.SIGNATURE_REPLAYED);
        assertThat(refusal(answers.get(2))).isEmpty();
        assertThat(registry.balance(carol)).isEqualTo(995_000);
    }

    @Test
    void aRefusalAfterAChangeIsAFaultAndChangesNothing() {
        Work halfDone = new Work(Optional.of(call(alice, "half", "half")), wanted -> {}, books -> {
            books.post(Posting.hold(EntryKind.PAYMENT_AUTHORIZED, AccountId.of(alice), Avt.parse("1")));
            throw new RefusedException(Reason.UNKNOWN_TOKEN);
        });
        assertThatThrownBy(() -> commit.submit(halfDone).join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(refusal(commit.submit(pay("100", "all")))).isEmpty();
    }

    @Test
    void aPoisonousCommandFailsAloneAndTheOthersOfItsBatchSucceed() {
        AtomicInteger tries = new AtomicInteger();
        Work poison = new Work(Optional.of(call(alice, "poison", "poison")), wanted -> {}, books -> {
            tries.incrementAndGet();
            throw new ArithmeticException("poison");
        });
        Work unsound = new Work(
                Optional.of(call(alice, "unsound", "unsound")),
                wanted -> wanted.account(AccountId.of(bob)),
                books -> books.post(Posting.move(
                                EntryKind.TOKENS_TRANSFERRED, AccountId.of(alice), AccountId.of(bob), Avt.MAX))
                        .toString());

        List<CompletableFuture<String>> answers =
                inOneBatch(pay("1", "a"), pay("1", "b"), poison, pay("1", "c"), unsound, pay("1", "d"), pay("1", "e"));

        assertThatThrownBy(() -> answers.get(2).join()).hasCauseInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> answers.get(4).join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(List.of(0, 1, 3, 5, 6))
                .allSatisfy(i -> assertThat(refusal(answers.get(i))).isEmpty());
        assertThat(tries.get()).isGreaterThan(1);
        assertThat(registry.balance(alice)).isEqualTo(95_000_000);
    }

    @Test
    void noCommandIsLostOrDoubledWhenTheCommitsAnswerIsLost() {
        for (int round = 0; round < 8; round++) {
            faults.plan(Fault.ANSWER_LOST);
            String id = "round-" + round;
            Call call = call(alice, id, "1 to bob");
            List<CompletableFuture<String>> answers =
                    inOneBatch(pay(call, "1"), pay("1000", id + "-too-much"), pay("0.5", id + "-small"));
            assertThat(answers.get(0).join()).isNotEmpty();
            assertThat(call.isReplayed()).isFalse();
            assertThat(refusal(answers.get(1))).contains(Reason.INSUFFICIENT_FUNDS);
            assertThat(refusal(answers.get(2))).isEmpty();
        }
        assertThat(faults.happened()).isEqualTo(8);
        assertThat(registry.balance(alice)).isEqualTo(100_000_000 - 8 * 1_500_000);
    }

    @Test
    void aBatchWhoseConnectionIsKilledBeforeTheCommitIsRunAgain() {
        for (int round = 0; round < 5; round++) {
            faults.plan(Fault.KILLED_BEFORE);
            assertThat(refusal(commit.submit(pay("1", "round-" + round)))).isEmpty();
        }
        assertThat(faults.happened()).isEqualTo(5);
        assertThat(registry.balance(alice)).isEqualTo(95_000_000);
    }

    @Test
    void hostileOrdersOfAccountsNeverDeadlock() throws Exception {
        List<AgentId> agents = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            agents.add(registry.agent("1000"));
        }
        Random random = new Random(7);
        List<CompletableFuture<String>> answers = new ArrayList<>();
        GroupCommit.Settings small = new GroupCommit.Settings(16, 16_384, Duration.ofMinutes(1), true);
        try (TestRegistry other = TestRegistry.on(postgres.pool(), small)) {
            for (int i = 0; i < 3_000; i++) {
                int payer = random.nextInt(agents.size());
                int payee = (payer + 1 + random.nextInt(agents.size() - 1)) % agents.size();
                Work work = registry.transfer(
                        Optional.of(call(agents.get(payer), "n" + i, "x")),
                        agents.get(payer),
                        agents.get(payee),
                        Avt.parse("0.01"));
                answers.add((i % 2 == 0 ? commit : other.commit).submit(work));
            }
            assertThat(answers).allSatisfy(answer -> assertThat(refusal(answer)).isEmpty());
        }
        assertThat(number("select deadlocks from pg_stat_database where datname = current_database()"))
                .isZero();
        assertThat(registry.total(AccountKind.TREASURY)).isEqualTo(3_000 * 50);
    }

    @Test
    void theSameOperatorsRequestAtTwoNodesHappensOnce() {
        Caller operator = new Caller.Operator("admin", 1);
        try (TestRegistry other = TestRegistry.on(postgres.pool())) {
            for (int i = 0; i < 50; i++) {
                var here = commit.submit(issue(call(operator, "o" + i, "1", UUID.randomUUID())));
                var there = other.commit.submit(issue(call(operator, "o" + i, "1", UUID.randomUUID())));
                assertThat(here.join()).isEqualTo(there.join());
            }
        }
        assertThat(registry.balance(bob)).isEqualTo(50_000_000);
    }

    @Test
    void whatFindsNoRoomIsTurnedAwayAndNothingElse() throws Exception {
        commit.close();
        commit = commit(new GroupCommit.Settings(2, 4));
        List<CompletableFuture<String>> answers = new ArrayList<>();
        try (TestRegistry.HeldUp _ = registry.holdUp()) {
            for (int i = 0; i < 20; i++) {
                answers.add(commit.submit(pay("1", "n" + i)));
            }
        }
        long done = answers.stream().filter(a -> refusal(a).isEmpty()).count();
        long turnedAway = answers.stream()
                .filter(a -> refusal(a).equals(Optional.of(Reason.OVERLOADED)))
                .count();
        assertThat(done).isBetween(4L, 6L);
        assertThat(done + turnedAway).isEqualTo(20);
        assertThat(registry.balance(alice)).isEqualTo(100_000_000 - done * 1_000_000);
    }

    @Test
    void agentsAreTurnedAwayFromAWaitThatIsTooLongAndNobodyElseIs() throws Exception {
        commit.close();
        commit = commit(new GroupCommit.Settings(2, 1_000, Duration.ofNanos(1), true));
        inOneBatch(pay("1", "a"), pay("1", "b"), pay("1", "c"), pay("1", "d"));
        Caller operator = new Caller.Operator("admin", 1);
        List<CompletableFuture<String>> agents = new ArrayList<>();
        List<CompletableFuture<String>> others = new ArrayList<>();
        try (TestRegistry.HeldUp _ = registry.holdUp()) {
            for (int i = 0; i < 20; i++) {
                agents.add(commit.submit(pay("1", "n" + i)));
                others.add(commit.submit(registry.transfer(Optional.empty(), alice, bob, Avt.parse("0.5"))));
                others.add(commit.submit(issue(call(operator, "o" + i, "1", UUID.randomUUID()))));
            }
        }
        others.forEach(CompletableFuture::join);
        long done = agents.stream().filter(a -> refusal(a).isEmpty()).count();
        assertThat(agents)
                .filteredOn(CompletableFuture::isCompletedExceptionally)
                .hasSizeGreaterThan(10)
                .extracting(TestRegistry::refusal)
                .containsOnly(Optional.of(Reason.OVERLOADED));
        assertThat(registry.balance(alice)).isEqualTo(100_000_000 - 4_000_000 - 10_000_000 - done * 1_000_000);
    }

    @Test
    void closingAnswersWhatWaitsAndTakesNothingMore() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        Thread closing;
        try (TestRegistry.HeldUp _ = registry.holdUp()) {
            for (int i = 0; i < 40; i++) {
                answers.add(commit.submit(pay("1", "n" + i)));
            }
            closing = Thread.ofVirtual().start(commit::close);
            await().until(() -> refusalNow(commit.submit(pay("1", "late"))).equals(Optional.of(Reason.SHUTTING_DOWN)));
        }
        closing.join();
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer).isDone();
            assertThat(refusal(answer)).isEmpty();
        });
    }

    @Test
    void aSweepGoesOnBatchByBatchUntilNothingIsDue() {
        commit.close();
        commit = commit(new GroupCommit.Settings(2, 100));

        int swept = commit.sweep(this::lacking, number -> gift());

        assertThat(swept).isEqualTo(5);
        assertThat(registry.balance(bob)).isEqualTo(5_000_000);
    }

    @Test
    void aSweepFailsWithOneOfABatchOnceTheOthersAreDone() {
        assertThatThrownBy(() -> commit.sweep(this::lacking, number -> number == 2 ? poison() : gift()))
                .hasCauseInstanceOf(ArithmeticException.class);
        assertThat(registry.balance(bob)).isEqualTo(4_000_000);
    }

    @Test
    void aSweepEndsWhenNothingComesOfIt() {
        commit.close();
        commit = commit(new GroupCommit.Settings(2, 100));
        assertThat(commit.sweep(this::lacking, number -> internal(books -> false)))
                .isZero();
    }

    /// A number for every 1 of 5 that bob does not have yet.
    private List<Integer> lacking(int limit) {
        int has = (int) (registry.balance(bob) / 1_000_000);
        return IntStream.range(has, 5).limit(limit).boxed().toList();
    }

    private InternalCommand<Boolean> gift() {
        return internal(books -> {
            books.post(
                    Posting.move(EntryKind.TOKENS_TRANSFERRED, AccountId.of(alice), AccountId.of(bob), Avt.parse("1")));
            return true;
        });
    }

    private InternalCommand<Boolean> poison() {
        return internal(books -> {
            throw new ArithmeticException("poison");
        });
    }

    private InternalCommand<Boolean> internal(Function<Books, Boolean> decision) {
        return new InternalCommand<>() {
            @Override
            public void accounts(Rows rows, Wanted wanted) {
                wanted.account(AccountId.of(alice));
                wanted.account(AccountId.of(bob));
            }

            @Override
            public Boolean decide(Books books) {
                return decision.apply(books);
            }
        };
    }

    private static Optional<Reason> refusalNow(CompletableFuture<String> answer) {
        return answer.isCompletedExceptionally() ? refusal(answer) : Optional.empty();
    }

    private static void stands(Tx tx, Caller.Operator operator) {
        if (operator.keyVersion() < 1) {
            throw new RefusedException(Reason.KEY_CHANGED);
        }
    }

    private GroupCommit commit(GroupCommit.Settings settings) {
        Database database = new Database(faults.source(), InstantSource.system());
        int lane = new Lanes(database, UUID.randomUUID(), 1).all().getFirst();
        return new GroupCommit(database, List.of(lane), GroupCommitTest::stands, settings, new SimpleMeterRegistry());
    }

    private Work pay(String amount, String requestId) {
        return pay(call(alice, requestId, amount), amount);
    }

    private Work pay(Call call, String amount) {
        return registry.transfer(Optional.of(call), alice, bob, Avt.parse(amount));
    }

    private Work pay(Call call, AgentId payee) {
        return registry.transfer(Optional.of(call), alice, payee, Avt.parse("1"));
    }

    private Work issue(Call call) {
        return new Work(
                Optional.of(call),
                wanted -> {
                    wanted.account(AccountId.of(bob));
                    wanted.account(SystemAccount.issued(wanted.lane()));
                },
                books -> books.post(Posting.move(
                                EntryKind.TOKENS_ISSUED,
                                SystemAccount.issued(books.lane()).id(),
                                AccountId.of(bob),
                                Avt.parse("1")))
                        .toString());
    }

    /// Submits commands while the writer waits for its lane with another one, so that the next batch has them all.
    private List<CompletableFuture<String>> inOneBatch(Work... works) {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        try (TestRegistry.HeldUp _ = registry.holdUp()) {
            commit.submit(new Work(Optional.empty(), wanted -> {}, books -> "first"));
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> number(
                                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
                            == 1);
            for (Work work : works) {
                answers.add(commit.submit(work));
            }
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .exceptionally(e -> null)
                .join();
        return answers;
    }

    private long number(String sql) throws Exception {
        try (var connection = postgres.pool().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
