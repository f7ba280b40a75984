package hanse.node.settlement;

import hanse.dispute.v1.Evidence;
import hanse.dispute.v1.Evidence.Stance;
import hanse.federation.v1.Message;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.node.testing.Asked;
import hanse.node.testing.FaultySource.Fault;
import hanse.trust.v1.Attestation;
import hanse.trust.v1.RevokeAttestationRequest;
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

/// One schedule of many sagas at once. Chance says, by a seed, which message arrives when and how often, which
/// answer is lost, who files, rules, approves, rejects, spends or sends whom away, which commit fails, and what
/// time it is.
final class Interleaving {
    private static final int DEFENDANTS = 6;
    private static final Duration LONGEST = Duration.ofDays(13);

    /// What is not done in batches takes long.
    private static final int MOST_ALONE = 12;

    private final Random chance;
    private final Strait strait;
    private final AgentId alice;
    private final List<AgentId> defendants = new ArrayList<>();
    private final Map<AgentId, List<String>> attestations = new HashMap<>();
    private final List<Quarrel> quarrels = new ArrayList<>();
    private final List<String> trace;
    private Duration passed = Duration.ZERO;

    /// @param trace is told everything that happens
    Interleaving(Strait strait, long seed, List<String> trace) {
        this.strait = strait;
        this.chance = new Random(seed);
        this.trace = trace;
        this.alice = strait.alpha.agent("1000000");
        for (int i = 0; i < DEFENDANTS; i++) {
            AgentId defendant = strait.beta.agent("5");
            defendants.add(defendant);
            if (i % 2 == 0) {
                strait.beta.bond(defendant, "4");
            }
        }
    }

    /// How many slashes were ruled for.
    int run(int slashes) {
        begin(8 + slashes / 2);
        while (won() < slashes && quarrels.stream().anyMatch(quarrel -> !quarrel.isSpent())) {
            step();
        }
        end();
        return won();
    }

    private int won() {
        return quarrels.stream().mapToInt(Quarrel::won).sum();
    }

    private void begin(int payments) {
        Trade trade = new Trade(strait, alice, defendants);
        List<Trade.Deal> deals = new ArrayList<>(trade.contracts(1 + payments / 16));
        deals.addAll(trade.payments(payments / 16, payments, payments / 8));
        deals.forEach(deal -> quarrels.add(new Quarrel(strait, chance, alice, deal)));
        for (AgentId defendant : defendants.subList(0, 4)) {
            attestations.put(defendant, List.of(trade.attested(defendant), trade.attested(defendant)));
        }
        trust(true, 3);
    }

    private void step() {
        int kind = chance.nextInt(30);
        if (kind < 11) {
            atAlpha();
        } else if (kind < 19) {
            atBeta();
        } else if (kind < 22) {
            decide();
        } else if (kind < 23) {
            spend();
        } else if (kind < 25) {
            testify();
        } else if (kind < 26) {
            sweep();
        } else if (kind < 28) {
            pass(chance.nextInt(25) == 0 ? Settlement.LIFE : Duration.ofMinutes(chance.nextInt(90)));
        } else {
            meddle();
        }
    }

    private void atAlpha() {
        List<Act<?>> acts = new ArrayList<>();
        Set<UUID> open = strait.alpha.read(tx ->
                Set.copyOf(tx.sql().fetch("select open_dispute from disputed where open_dispute is not null").stream()
                        .map(row -> row.get(0, UUID.class))
                        .toList()));
        some(quarrels).forEach(quarrel -> acts.addAll(quarrel.next(open)));
        together(strait.alpha, acts, strait.westward, strait.eastward);
    }

    private void atBeta() {
        together(strait.beta, new ArrayList<>(), strait.eastward, strait.westward);
    }

    /// What a registry does in one batch: what is asked of it, messages that come in, answers that come back.
    private void together(TestNode node, List<Act<?>> acts, Crossing in, Crossing back) {
        for (Message message : some(in.waiting())) {
            if (in.isDecided(message) && chance.nextInt(5) != 0) {
                continue;
            }
            acts.add(in.arrival(message, chance.nextInt(8) != 0));
            if (chance.nextInt(12) == 0) {
                acts.add(in.arrival(message, true));
            }
        }
        List<Message> sent = in.sent();
        if (chance.nextInt(4) == 0 && !sent.isEmpty()) {
            // What has been lost in the network turns up.
            acts.add(in.arrival(any(sent), true));
        }
        some(back.answers()).forEach(answer -> acts.add(back.hearing(answer, chance.nextInt(12) == 0)));
        Collections.shuffle(acts, chance);
        if (!acts.isEmpty()) {
            Optional<Fault> fault = fault();
            fault.ifPresent(what -> trace.add(node.id + " has a fault: " + what));
            trace.addAll(Act.together(node, fault, acts));
        }
    }

    private Optional<Fault> fault() {
        return chance.nextInt(20) == 0 ? Optional.of(any(List.of(Fault.values()))) : Optional.empty();
    }

    /// Beta's operator decides some of what is held, perhaps asks twice.
    private void decide() {
        List<String> held = strait.beta.read(
                tx -> tx.sql().fetch("select id from settlement where state = 1 and role = 3 order by id").stream()
                        .map(row -> row.get(0, UUID.class).toString())
                        .toList());
        for (String id : some(held).stream().limit(MOST_ALONE).toList()) {
            String request = strait.newRequest();
            boolean approves = chance.nextInt(3) != 0;
            Act<?> decision = new Act<>(
                    (approves ? "approve " : "reject ") + id,
                    () -> approves ? strait.demands.approve(request, id) : strait.demands.reject(request, id),
                    decided -> {});
            trace.add(decision.alone(strait.beta, fault()));
            if (chance.nextInt(8) == 0) {
                trace.add(decision.again().alone(strait.beta, fault()));
            }
        }
    }

    /// Agents of beta pay each other something, or all that they have.
    private void spend() {
        for (int i = 1 + chance.nextInt(4); i > 0; i--) {
            AgentId spender = any(defendants);
            AgentId other = defendants.get((defendants.indexOf(spender) + 1) % DEFENDANTS);
            Avt all = Avt.parseLimit(strait.beta.balance(spender)).minus(Avt.parseLimit(strait.beta.held(spender)));
            Avt amount = chance.nextBoolean() ? all : Avt.parse("1");
            if (!amount.isZero()) {
                strait.beta.pay(spender, other, amount.toString());
                trace.add(spender + " pays " + amount);
            }
        }
    }

    /// Either party says something while it can; the defendant perhaps cites what it has.
    private void testify() {
        List<Quarrel> open =
                quarrels.stream().filter(quarrel -> quarrel.open().isPresent()).toList();
        for (Quarrel quarrel : some(open).stream().limit(MOST_ALONE).toList()) {
            String dispute = quarrel.open().orElseThrow();
            String request = strait.newRequest();
            boolean accused = chance.nextInt(4) != 0;
            TestNode home = accused ? strait.beta : strait.alpha;
            AgentId author = accused ? quarrel.defendant : alice;
            Stance stance = any(List.of(Stance.NEUTRAL, Stance.CONTESTED, Stance.CONCEDED));
            List<String> cited = accused ? attestations.getOrDefault(author, List.of()) : List.of();
            trace.add(new Act<Evidence>(
                            "evidence of " + author + " in " + dispute,
                            () -> strait.demands.evidence(request, home, author, dispute, stance, cited),
                            filed -> {})
                    .alone(home, fault()));
        }
    }

    private void sweep() {
        switch (chance.nextInt(3)) {
            case 0 -> trace.add("alpha lets expire " + strait.alpha.settlements.sweep());
            case 1 -> trace.add("beta lets expire " + strait.beta.settlements.sweep());
            default -> trace.add("alpha carries out " + strait.alpha.rulings.sweep());
        }
    }

    /// No longer than payments can be disputed.
    private void pass(Duration time) {
        if (passed.plus(time).compareTo(LONGEST) < 0) {
            passed = passed.plus(time);
            strait.clock.advance(time);
            trace.add("time passes: " + time);
        }
    }

    /// Operators change what they think of each other, or of an agent.
    private void meddle() {
        boolean first = chance.nextBoolean();
        TestNode node = first ? strait.alpha : strait.beta;
        TestNode peer = first ? strait.beta : strait.alpha;
        switch (chance.nextInt(6)) {
            case 0, 1 -> {
                // Nobody stays away for long.
                if (!node.isLinked(peer)) {
                    node.trust(peer);
                    trace.add(node.id + " adds its peer again");
                } else {
                    node.removePeer(peer);
                    trace.add(node.id + " removes its peer");
                }
            }
            case 2 -> {
                if (node.isActive(peer)) {
                    node.suspendPeer(peer);
                    trace.add(node.id + " suspends its peer");
                }
            }
            case 3 -> {
                strait.befriend();
                trace.add("both are friends");
            }
            case 4 -> trust(chance.nextInt(4) != 0, any(List.of(0, 2, 5, 40)));
            default -> revoke();
        }
    }

    private void trust(boolean enabled, int maxAvt) {
        String request = strait.newRequest();
        trace.add(new Act<>(
                        "trust " + enabled + " " + maxAvt,
                        () -> strait.demands.trust(request, enabled, maxAvt),
                        trusted -> {})
                .alone(strait.beta, Optional.empty()));
    }

    private void revoke() {
        List<String> cited = attestations.getOrDefault(any(defendants), List.of());
        if (chance.nextInt(6) == 0 && !cited.isEmpty()) {
            RevokeAttestationRequest asked = RevokeAttestationRequest.newBuilder()
                    .setAttestationId(cited.getFirst())
                    .build();
            var unused = Asked.<Attestation>ask(
                            Demands.OPERATOR, observer -> strait.beta.attesting.revokeAttestation(asked, observer))
                    .value();
            trace.add("an attestation is revoked");
        }
    }

    /// Everything arrives in the end, every ruling is carried out, and what nobody has decided expires.
    private void end() {
        strait.befriend();
        strait.exchange();
        int carriedOut = strait.alpha.rulings.sweep();
        strait.exchange();
        strait.clock.advance(Settlement.LIFE);
        int given = sweptAll(strait.alpha);
        int expired = sweptAll(strait.beta);
        strait.exchange();
        trace.add("in the end " + carriedOut + " are carried out; " + given + " and " + expired + " expire");
    }

    /// One sweep takes no more than some hundred.
    private static int sweptAll(TestNode node) {
        int all = 0;
        for (int swept = node.settlements.sweep(); swept > 0; swept = node.settlements.sweep()) {
            all += swept;
        }
        return all;
    }

    /// Any of these, in any order.
    private <T> List<T> some(List<T> all) {
        List<T> some = new ArrayList<>(all);
        Collections.shuffle(some, chance);
        return some.subList(0, chance.nextInt(some.size() + 1));
    }

    private <T> T any(List<T> all) {
        return all.get(chance.nextInt(all.size()));
    }
}
