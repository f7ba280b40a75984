package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.dispute.v1.ApproveSettlementRequest;
import hanse.dispute.v1.Dispute;
import hanse.dispute.v1.RejectSettlementRequest;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.AccountKind;
import hanse.node.settlement.Settlement.State;
import hanse.node.testing.Asked;
import hanse.node.testing.FaultySource.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Many sagas at once, with no link between the registries but this test: which message arrives when and how often,
/// which outcome is lost, who approves or rejects, who spends what, which commit fails and what time it is are chance,
/// by a seed. More of them: `-Dhanse.saga.interleavings=20000`; the same again: `-Dhanse.saga.seed=…`.
@Timeout(3_600)
class SagaInterleavingTest {
    private static final int SAGAS = Integer.getInteger("hanse.saga.interleavings", 1_000);
    private static final long SEED = Long.getLong("hanse.saga.seed", System.nanoTime());
    private static final int PER_ROUND = 500;
    private static final int PAYMENTS = 40;
    private static final int DEFENDANTS = 8;
    private static final String PAID = "20";
    private static final Duration LIFE = Settlement.LIFE;

    /// Within the time in which a payment can be disputed.
    private static final Duration ROUND = Duration.ofDays(12);

    private static final Set<List<State>> LEGAL = Set.of(
            List.of(State.SETTLED, State.SETTLED),
            List.of(State.FAILED, State.FAILED),
            List.of(State.EXPIRED, State.EXPIRED),
            List.of(State.EXPIRED, State.FAILED));

    private final Random chance = new Random(SEED);
    private final Map<State, Integer> ends = new HashMap<>();
    private Saga saga;
    private AgentId alice;
    private final List<AgentId> defendants = new ArrayList<>();
    private final List<Case> cases = new ArrayList<>();
    private Duration passed = Duration.ZERO;
    private final AtomicInteger ruled = new AtomicInteger();

    /// A payment and the dispute about it, if there is one now.
    private static final class Case {
        final String payment;
        volatile Optional<String> dispute = Optional.empty();
        volatile boolean isRuled;
        volatile boolean isSpent;

        Case(String payment) {
            this.payment = payment;
        }
    }

    @Test
    void endInLegalPairsWhateverHappensInWhateverOrder(@TempDir Path directory) {
        try (Saga open = new Saga(directory)) {
            saga = open;
            alice = saga.alpha().agent("1000000");
            for (int i = 0; i < DEFENDANTS; i++) {
                defendants.add(saga.beta().agent("5"));
            }
            saga.trust(3);
            for (int before = 0; before < SAGAS; before = ruled.get()) {
                begin();
                while (ruled.get() < before + PER_ROUND && cases.stream().anyMatch(one -> !one.isSpent)) {
                    burst();
                }
                end();
                requireLegal();
            }
            Pair.requireWhole(saga.alpha(), saga.beta());
            // Chance has not left out any way to end.
            assertThat(ends.keySet()).as(seed()).contains(State.SETTLED, State.FAILED, State.EXPIRED);
        }
    }

    private static String seed() {
        return "-Dhanse.saga.seed=" + SEED;
    }

    /// New payments, over a link that works; then it is cut.
    private void begin() {
        saga.alpha().wire().restore();
        saga.beta().wire().restore();
        cases.clear();
        for (int i = 0; i < PAYMENTS; i++) {
            cases.add(new Case(saga.settled(alice, any(defendants), PAID)));
        }
        saga.pair.rest();
        saga.alpha().wire().cut();
        saga.beta().wire().cut();
        passed = Duration.ZERO;
    }

    /// Some things at once.
    private void burst() {
        List<Runnable> actions = new ArrayList<>();
        boolean fails = chance.nextInt(15) == 0;
        if (!fails) {
            Collections.shuffle(cases, chance);
            cases.subList(0, chance.nextInt(8)).forEach(one -> actions.add(advancing(one)));
            if (chance.nextInt(3) == 0) {
                deciding().ifPresent(actions::add);
            }
            if (chance.nextInt(4) == 0) {
                actions.add(spending());
            }
            if (chance.nextInt(4) == 0) {
                actions.add(sweeping(chance.nextBoolean() ? saga.alpha() : saga.beta()));
            }
        }
        actions.addAll(delivering(saga.alpha(), saga.beta()));
        actions.addAll(delivering(saga.beta(), saga.alpha()));
        Collections.shuffle(actions, chance);
        if (fails) {
            TestNode unlucky = chance.nextBoolean() ? saga.alpha() : saga.beta();
            unlucky.failing(any(List.of(Fault.values())), () -> atOnce(actions));
        } else {
            atOnce(actions);
        }
        if (chance.nextInt(3) == 0) {
            pass(chance.nextInt(60) == 0 ? LIFE : Duration.ofMinutes(chance.nextInt(60)));
        }
    }

    private static void atOnce(List<Runnable> actions) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture.allOf(actions.stream()
                            .map(action -> CompletableFuture.runAsync(action, threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    /// The next thing that happens in a case at the complainant's registry.
    private Runnable advancing(Case one) {
        String amount = Integer.toString(1 + chance.nextInt(5));
        return () -> {
            if (one.isSpent) {
                return;
            }
            if (one.dispute.isEmpty()) {
                Asked<Dispute> filed = saga.file(alice, one.payment, amount);
                one.dispute = filed.given().map(Dispute::getDisputeId);
                // Less than that is left of what was paid.
                one.isSpent = filed.refusal().isPresent();
            } else if (!one.isRuled) {
                var voting = saga.vote(one.dispute.get()).join();
                var unused = saga.rule(one.dispute.get()).join();
                one.isRuled = true;
                ruled.incrementAndGet();
            } else if (isFinal(one.dispute.get())) {
                one.dispute = Optional.empty();
                one.isRuled = false;
            }
        };
    }

    private boolean isFinal(String dispute) {
        return saga.alpha()
                .read(tx -> tx.sql()
                        .fetchValue("select final from settlement where id = ?", UUID.fromString(dispute))
                        .equals(true));
    }

    /// Some of the messages that wait, perhaps one of them twice.
    private List<Runnable> delivering(TestNode from, TestNode to) {
        List<Message> waiting = from.outgoing();
        List<Runnable> deliveries = new ArrayList<>();
        for (int i = chance.nextInt(10); i > 0 && !waiting.isEmpty(); i--) {
            deliveries.add(delivery(from, to, any(waiting), chance.nextInt(4) != 0));
        }
        return deliveries;
    }

    /// @param heard whether what was decided arrives where the message came from
    private static Runnable delivery(TestNode from, TestNode to, Message message, boolean heard) {
        return () -> {
            Answer answer = to.receive(from, message);
            if (heard) {
                from.learn(to, answer);
            }
        };
    }

    private Optional<Runnable> deciding() {
        List<UUID> held = saga.beta()
                .read(tx ->
                        tx.sql().fetch("select id from settlement where state = 1 and role = 3 order by id").stream()
                                .map(row -> row.get(0, UUID.class))
                                .toList());
        if (held.isEmpty()) {
            return Optional.empty();
        }
        String id = any(held).toString();
        SettlementGrpc beta = saga.beta().settling;
        return Optional.of(
                chance.nextBoolean()
                        ? () -> Asked.<hanse.dispute.v1.Settlement>ask(
                                Saga.OPERATOR,
                                observer -> beta.approveSettlement(
                                        ApproveSettlementRequest.newBuilder()
                                                .setSettlementId(id)
                                                .build(),
                                        observer))
                        : () -> Asked.<hanse.dispute.v1.Settlement>ask(
                                Saga.OPERATOR,
                                observer -> beta.rejectSettlement(
                                        RejectSettlementRequest.newBuilder()
                                                .setSettlementId(id)
                                                .build(),
                                        observer)));
    }

    private Runnable spending() {
        AgentId spender = any(defendants);
        AgentId other = defendants.get((defendants.indexOf(spender) + 1) % DEFENDANTS);
        String amount = Integer.toString(1 + chance.nextInt(30));
        return () -> saga.beta().pay(spender, other, amount);
    }

    private static Runnable sweeping(TestNode node) {
        return () -> node.settlements.sweep();
    }

    private void pass(Duration time) {
        if (passed.plus(time).compareTo(ROUND) < 0) {
            passed = passed.plus(time);
            saga.pair.pass(time);
        }
    }

    /// Everything arrives in the end, and what nobody has decided expires.
    private void end() {
        arrive();
        saga.pair.pass(LIFE);
        atOnce(List.of(sweeping(saga.alpha()), sweeping(saga.beta())));
        arrive();
    }

    private void arrive() {
        while (saga.alpha().unanswered() > 0 || saga.beta().unanswered() > 0) {
            List<Runnable> deliveries = new ArrayList<>();
            saga.alpha().outgoing().forEach(m -> deliveries.add(delivery(saga.alpha(), saga.beta(), m, true)));
            saga.beta().outgoing().forEach(m -> deliveries.add(delivery(saga.beta(), saga.alpha(), m, true)));
            atOnce(deliveries);
        }
    }

    private record Side(State state, long burned, boolean isFinal) {}

    private void requireLegal() {
        Map<UUID, Side> homes = sides(saga.beta());
        Map<UUID, Side> origins = sides(saga.alpha());
        assertThat(homes).as(seed()).hasSameSizeAs(origins);
        ends.clear();
        origins.forEach((dispute, origin) -> {
            Side home = homes.get(Settlement.atHome(saga.alpha().id, dispute));
            assertThat(LEGAL).as(seed()).contains(List.of(origin.state, home.state));
            assertThat(origin.burned).as(seed()).isEqualTo(home.burned);
            assertThat(origin.isFinal && home.isFinal).as(seed()).isTrue();
            ends.merge(origin.state, 1, Integer::sum);
        });
        assertThat(saga.alpha().total(AccountKind.COMPENSATED, saga.beta()))
                .as(seed())
                .isEqualTo(saga.beta().total(AccountKind.SLASHED, saga.alpha()))
                .isEqualTo(origins.values().stream().mapToLong(Side::burned).sum());
        assertThat(saga.alpha().position(saga.beta()).reserved().isZero())
                .as(seed())
                .isTrue();
        assertThat(number(saga.beta(), "select sum(held) from account"))
                .as("held, " + seed())
                .isZero();
        assertThat(number(saga.alpha(), "select count(*) from dispute where pending"))
                .as(seed())
                .isZero();
        assertThat(number(
                        saga.alpha(),
                        "select max(burned) from (select sum(burned) as burned from settlement group by subject) t"))
                .as("of one payment, " + seed())
                .isLessThanOrEqualTo(20_000_000);
        assertThat(saga.alpha().sum()).isZero();
        assertThat(saga.beta().sum()).isZero();
    }

    private static long number(TestNode node, String query) {
        return node.read(tx -> tx.sql().fetchSingle(query).get(0, Long.class));
    }

    private static Map<UUID, Side> sides(TestNode node) {
        Map<UUID, Side> sides = new HashMap<>();
        node.read(tx -> tx.sql().fetch("select id, state, burned, final from settlement"))
                .forEach(row -> sides.put(
                        row.get(0, UUID.class),
                        new Side(
                                State.of(row.get(1, Short.class)), row.get(2, Long.class), row.get(3, Boolean.class))));
        return sides;
    }

    private <T> T any(List<T> all) {
        return all.get(chance.nextInt(all.size()));
    }
}
