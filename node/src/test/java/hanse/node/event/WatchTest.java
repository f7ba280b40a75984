package hanse.node.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import hanse.event.v1.Event;
import hanse.event.v1.WatchResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.event.WatchedNode.Watch;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.storage.Tx;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(120)
final class WatchTest {
    private static final Caller OPERATOR = new Caller.Operator("admin", 1);

    private Postgres.Fresh postgres;
    private TestRegistry registry;
    private TestRegistry otherProcess;
    private WatchedNode node;
    private AgentId alice;
    private AgentId bob;
    private AgentId carol;

    @BeforeEach
    void aNodeAndAnotherOnTheSameDatabase() {
        postgres = Postgres.fresh();
        registry = TestRegistry.on(postgres.pool());
        otherProcess = TestRegistry.on(postgres.pool());
        node = new WatchedNode(registry);
        alice = registry.agent("1000000");
        bob = registry.agent("1000000");
        carol = registry.agent("0");
    }

    @AfterEach
    void close() {
        node.close();
        otherProcess.close();
        registry.close();
        postgres.close();
    }

    @Test
    void firstSaysWhereItStartsAndThenWhatHappens() {
        try (Watch watch = watch(OPERATOR, "")) {
            watch.awaitStart();
            String id = registry.pay(alice, carol, "5");
            watch.awaitEvents(2);

            Event transfer = watch.events().getFirst();
            assertThat(transfer.getId()).isEqualTo(id);
            assertThat(transfer.getType()).isEqualTo("TokensTransferred");
            assertThat(transfer.getAmount()).isEqualTo("5");
            assertThat(transfer.getDebit()).isEqualTo("did:theprotocol:alpha.example:" + alice);
            assertThat(transfer.getCredit()).isEqualTo("did:theprotocol:alpha.example:" + carol);
            Event fee = watch.events().get(1);
            assertThat(fee.getType()).isEqualTo("TransactionFeeCollected");
            assertThat(fee.getCredit()).isEqualTo("treasury");
            assertThat(fee.getLinkedTo()).isEqualTo(id);
        }
    }

    @Test
    void anAgentSeesOnlyWhatConcernsIt() {
        try (Watch watch = watch(agent(carol), "start")) {
            watch.awaitStart();
            registry.pay(alice, bob, "1");
            registry.pay(alice, carol, "2");
            otherProcess.pay(bob, carol, "3");
            registry.database.write(
                    tx -> registry.ledger.record(tx, EntryKind.AGENT_UPDATED, alice.value(), "{\"handle\":\"other\"}"));
            registry.database.write(
                    tx -> registry.ledger.record(tx, EntryKind.AGENT_UPDATED, carol.value(), "{\"handle\":\"carol\"}"));
            watch.awaitEvents(5);
            registry.pay(alice, bob, "1");
            registry.pay(alice, carol, "4");
            watch.awaitEvents(7);

            assertThat(watch.events())
                    .allMatch(event -> event.getDebit().contains(carol.toString())
                            || event.getCredit().contains(carol.toString())
                            || event.getSubject().equals(carol.toString()));
            assertThat(watch.events().stream().filter(e -> e.getVersion() > 0).map(Event::getVersion))
                    .containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L);
            Event updated = watch.events().stream()
                    .filter(e -> e.getType().equals("AgentUpdated"))
                    .findFirst()
                    .orElseThrow();
            assertThat(updated.getData().getFieldsOrThrow("handle").getStringValue())
                    .isEqualTo("carol");
        }
    }

    @Test
    void sendsOnlyTheTypesThatAreAskedFor() {
        try (Watch watch = watch(OPERATOR, "start", "TokensTransferred")) {
            registry.pay(alice, bob, "1");
            registry.pay(bob, alice, "1");
            watch.awaitEvents(2);
            registry.pay(bob, alice, "1");
            watch.awaitEvents(3);
            assertThat(watch.events()).extracting(Event::getType).containsOnly("TokensTransferred");
        }
    }

    @Test
    void joinsTheTailWithoutAGapOrARepeatWhileTwoProcessesWrite() {
        List<Watch> watches = new ArrayList<>();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int round = 0; round < 12; round++) {
            for (int i = 0; i < 150; i++) {
                answers.add((i % 2 == 0 ? registry : otherProcess)
                        .commit.submit(
                                registry.transfer(Optional.empty(), alice, bob, new hanse.node.ledger.Avt(1_000))));
            }
            // Some start at the beginning, some agents' own, each in the middle of the traffic.
            watches.add(round % 2 == 0 ? watch(OPERATOR, "start") : watch(agent(bob), "start"));
        }
        // A lane that comes into being while they watch.
        try (TestRegistry third = TestRegistry.on(postgres.pool())) {
            for (int i = 0; i < 50; i++) {
                third.pay(alice, bob, "0.001");
            }
        }
        answers.forEach(CompletableFuture::join);

        List<String> all = journal(Optional.empty());
        List<String> bobs = journal(Optional.of(bob));
        for (int i = 0; i < watches.size(); i++) {
            List<String> expected = i % 2 == 0 ? all : bobs;
            Watch watch = watches.get(i);
            watch.awaitEvents(expected.size());
            assertThat(watch.ids()).containsExactlyInAnyOrderElementsOf(expected);
            requireLaneOrder(watch.ids());
            watch.close();
        }
    }

    @Test
    void goesOnExactlyWhereAnEarlierWatchStopped() {
        Random random = new Random(5);
        List<String> seen = new ArrayList<>();
        String position = "start";
        for (int round = 0; round < 8; round++) {
            for (int i = 0; i < 20; i++) {
                (i % 2 == 0 ? registry : otherProcess).pay(alice, bob, "0.01");
            }
            try (Watch watch = watch(OPERATOR, position)) {
                int take = 1 + random.nextInt(30);
                watch.awaitEvents(take);
                List<WatchResponse> taken = watch.withEvents().subList(0, take);
                taken.forEach(response -> seen.add(response.getEvent().getId()));
                position = taken.getLast().getPosition();
            }
        }
        try (Watch watch = watch(OPERATOR, position)) {
            List<String> all = journal(Optional.empty());
            watch.awaitEvents(all.size() - seen.size());
            seen.addAll(watch.ids());
            assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
            requireLaneOrder(seen);
        }
    }

    @Test
    void aSlowWatcherHoldsNobodyUpAndStillMissesNothing() {
        try (Watch slow = watchSlowly(OPERATOR, "start");
                Watch quick = watch(OPERATOR, "start")) {
            slow.awaitStart();
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                answers.add(registry.commit.submit(
                        registry.transfer(Optional.empty(), alice, bob, new hanse.node.ledger.Avt(1_000))));
            }
            answers.forEach(CompletableFuture::join);
            List<String> all = journal(Optional.empty());
            quick.awaitEvents(all.size());
            assertThat(slow.events()).isEmpty();

            slow.receiveAll();
            slow.awaitEvents(all.size());
            assertThat(slow.ids()).containsExactlyInAnyOrderElementsOf(all);
            requireLaneOrder(slow.ids());
        }
    }

    @Test
    void whatANewerVersionHasWrittenIsSeenAndSoIsWhatFollows() {
        try (Watch watch = watch(OPERATOR, "")) {
            watch.awaitStart();
            registry.database.write(tx -> {
                Position position = registry.ledger.record(tx, EntryKind.AGENT_UPDATED, alice.value(), "");
                return alter(tx, "kind = 9999", position);
            });
            watch.awaitEvents(1);
            registry.pay(alice, bob, "1");
            watch.awaitEvents(3);
            assertThat(watch.events())
                    .extracting(Event::getType)
                    .containsExactly("Unknown", "TokensTransferred", "TransactionFeeCollected");
        }
    }

    @Test
    void anEntryThatCannotBeReadHoldsWatchersUpOnlyAsLongAsItIsThere() {
        Logger log = (Logger) LoggerFactory.getLogger(Tail.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        log.addAppender(said);
        try (Watch watch = watch(OPERATOR, "")) {
            watch.awaitStart();
            Position position = registry.database.write(tx -> {
                Position halfASide = registry.ledger.record(tx, EntryKind.AGENT_UPDATED, alice.value(), "");
                return alter(tx, "debit = subject", halfASide);
            });
            await().until(() -> !said.list.isEmpty());
            registry.database.write(tx -> alter(tx, "debit = null", position));
            watch.awaitEvents(1);
            assertThat(watch.ids()).containsExactly(position.toString());
            assertThat(node.tail.fault()).isEmpty();
        } finally {
            log.detachAppender(said);
        }
        node.tail.close();
        assertThat(node.tail.fault()).isPresent();
    }

    private static Position alter(Tx tx, String change, Position position) {
        assertThat(tx.sql().execute("update journal set " + change + " where position = " + position.value()))
                .isEqualTo(1);
        return position;
    }

    @Test
    void aPositionOfAnotherRegistryOrFromTheFutureIsRefused() {
        WatchPosition end = node.tail.end();
        String foreign = end.encode(new RegistryId("gamma.example"));
        String future = end.passing(Position.at(1, 1_000_000)).encode(TestRegistry.NAME);
        for (String position : List.of(foreign, future, "x", "AAAA", "not base64!")) {
            try (Watch watch = watch(OPERATOR, position)) {
                await().until(() -> watch.failure().isPresent());
                assertThat(watch.messages).isEmpty();
            }
        }
        assertThatThrownBy(() -> WatchPosition.decode(foreign, TestRegistry.NAME))
                .isInstanceOf(RefusedException.class)
                .hasMessage("BAD_WATCH_POSITION");
    }

    @Test
    void anAgentMayNotHaveMoreThan32Watches() {
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            watches.add(watch(agent(alice), ""));
        }
        watches.forEach(Watch::awaitStart);
        try (Watch oneTooMany = watch(agent(alice), "")) {
            await().until(() -> oneTooMany.failure().isPresent());
        }
        watches.forEach(Watch::close);
        await().untilAsserted(() -> {
            try (Watch again = watch(agent(alice), "")) {
                again.awaitStart();
            }
        });
    }

    @Property
    void aPositionReadsBackAsItWasWritten(
            @ForAll @Size(max = 600) List<@IntRange(min = 1, max = 30_000) Integer> lanes,
            @ForAll @LongRange(min = 0, max = Position.MOST) long number) {
        TreeMap<Integer, Long> numbers = new TreeMap<>();
        lanes.forEach(lane -> numbers.put(lane, Math.max(0, number - lane)));
        WatchPosition position = new WatchPosition(numbers);
        String text = position.encode(TestRegistry.NAME);
        assertThat(WatchPosition.decode(text, TestRegistry.NAME)).isEqualTo(position);
        assertThat(text.length()).isLessThanOrEqualTo(16_384);
    }

    private List<String> journal(Optional<AgentId> agent) {
        List<String> ids = new ArrayList<>();
        registry.database.read(tx -> {
            for (Ledger.Head head : registry.ledger.heads(tx)) {
                for (Entry entry : registry.ledger.entriesAfter(tx, Position.start(head.lane()), Integer.MAX_VALUE)) {
                    if (agent.map(a -> entry.sideOf(a.value()).isPresent()).orElse(true)) {
                        ids.add(entry.position().toString());
                    }
                }
            }
            return ids;
        });
        return ids;
    }

    private static void requireLaneOrder(List<String> ids) {
        TreeMap<Integer, Long> last = new TreeMap<>();
        for (String id : ids) {
            Position position = Position.parse(id).orElseThrow();
            assertThat(position.number()).isGreaterThan(last.getOrDefault(position.lane(), 0L));
            last.put(position.lane(), position.number());
        }
        assertThat(new HashSet<>(ids)).hasSize(ids.size());
    }

    private static Caller agent(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }

    private Watch watch(Caller as, String position, String... types) {
        return node.watch(as, position, true, types);
    }

    private Watch watchSlowly(Caller as, String position) {
        return node.watch(as, position, false);
    }
}
