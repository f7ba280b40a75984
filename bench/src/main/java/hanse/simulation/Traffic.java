package hanse.simulation;

import hanse.federation.v1.Message;
import hanse.peer.OutgoingMessage;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// What registries send to each other, as their pumps would: all that has no outcome, again and again.
final class Traffic {
    private static final Duration LIFE_OF_A_LEASE = Duration.ofSeconds(9);
    private static final Duration ON_ITS_WAY = Duration.ofMillis(10);
    private static final int ROUNDS = 40;
    private static final int AT_ONCE = 500;

    private final Scene scene;
    private final Work work;
    private final Set<UUID> sent = new HashSet<>();

    Traffic(Scene scene, Work work) {
        this.scene = scene;
        this.work = work;
    }

    /// A registry greets who does not know it yet, and sends what it has to send; its process may die before or after
    /// that.
    void pump(House house) {
        greet(house);
        scene.doing(house, () -> house.lease());
        Set<String> addressees = house.addressees();
        if (addressees.contains(Liar.ID.value())) {
            scene.doing(house, () -> scene.stage.liar.answer(house, scene));
        }
        Map<House, List<OutgoingMessage>> due = due(house, addressees);
        boolean dies = scene.chance.oneIn(12);
        if (dies && scene.chance.oneIn(2)) {
            due.values()
                    .forEach(messages -> messages.stream()
                            .filter(message -> !sent.contains(message.id()))
                            .forEach(message -> scene.coverage.hit(Arrival.read(message), Coverage.Event.SENDER_DIED)));
            scene.kill(house);
            return;
        }
        due.forEach((peer, messages) -> messages.forEach(message -> send(house, peer, message, dies)));
        if (dies) {
            scene.kill(house);
        }
    }

    private Map<House, List<OutgoingMessage>> due(House house, Set<String> addressees) {
        Map<House, List<OutgoingMessage>> due = new LinkedHashMap<>();
        for (House peer : scene.others(house)) {
            if (addressees.contains(peer.id.value()) && house.isLinked(peer.id)) {
                due.put(peer, house.outbox().due(peer.id.value(), AT_ONCE));
            }
        }
        return due;
    }

    private void send(House from, House to, OutgoingMessage message, boolean dies) {
        sent.add(message.id());
        Message about = Arrival.read(message);
        if (!scene.network.send(from, to, message, about)) {
            // Nothing is heard of it for a while.
            from.outbox().undecided(to.id.value(), message.id(), "UNAVAILABLE", from.clock.instant());
        }
        if (dies) {
            scene.coverage.hit(about, Coverage.Event.SENDER_DIED_AFTER);
        }
    }

    void greet(House house) {
        if (scene.isCalm() || scene.chance.oneIn(3)) {
            house.registry().federation().look();
        }
        for (House peer : scene.others(house)) {
            if (!peer.isDead() && !scene.network.isCut(house, peer) && house.isPending(peer.id)) {
                scene.doing(house, () -> house.greet(peer));
            }
        }
    }

    /// Everything arrives, until nobody has anything to say. Nobody is dead, nothing is cut.
    void exchange() {
        for (int round = 0; round < ROUNDS; round++) {
            scene.stage.time.pass(round == 0 ? LIFE_OF_A_LEASE : ON_ITS_WAY);
            boolean quiet = true;
            for (House house : scene.houses) {
                Set<String> addressees = house.addressees();
                if (addressees.isEmpty()) {
                    continue;
                }
                house.lease();
                scene.stage.liar.answer(house, scene);
                Map<House, List<OutgoingMessage>> due = due(house, addressees);
                due.forEach((peer, messages) -> messages.forEach(message -> send(house, peer, message, false)));
                quiet &= due.isEmpty();
            }
            if (quiet) {
                return;
            }
            for (int way = 0; way < 2; way++) {
                scene.houses.forEach(house -> work.together(house, List.of()));
            }
        }
        throw new Violation("messages are still without an outcome when everything has arrived");
    }
}
