package hanse.simulation;

import hanse.simulation.Mortality.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What registries decide: what is asked of them and what has arrived, much of it in one batch.
final class Work {
    private static final List<Fate> FATES = List.of(Fate.values());

    private final Scene scene;
    private final Map<House, List<Operation<?>>> wanted = new HashMap<>();
    private final List<Operation<?>> past = new ArrayList<>();
    private int operations;

    Work(Scene scene) {
        this.scene = scene;
    }

    /// How often something was asked for.
    int operations() {
        return operations;
    }

    /// Somebody wants something of its registry.
    void want(Operation<?> operation) {
        wanted(operation.house).add(operation);
    }

    private List<Operation<?>> wanted(House house) {
        return wanted.computeIfAbsent(house, nobody -> new ArrayList<>());
    }

    /// Somebody asks for something again, perhaps because nothing was answered.
    void repeat() {
        past.removeIf(operation -> operation.isForgotten(scene.stage.time.now()));
        if (!past.isEmpty()) {
            want(scene.chance.any(past));
        }
    }

    /// A registry decides what is asked of it, and what has arrived.
    void decide(House house) {
        List<Operation<?>> asked = wanted(house).stream()
                .filter(operation -> !operation.isForgotten(scene.stage.time.now()))
                .distinct()
                .toList();
        wanted(house).clear();
        together(house, asked.stream().filter(operation -> operation.hot).toList());
        asked.stream().filter(operation -> !operation.hot).forEach(this::alone);
    }

    /// All of it in one batch, with what has arrived.
    void together(House house, List<? extends Operation<?>> asked) {
        List<Network.Letter> letters = scene.network.arrived(house);
        List<Runnable> beginnings = new ArrayList<>();
        List<Runnable> ends = new ArrayList<>();
        for (Operation<?> operation : asked) {
            beginnings.add(operation::begin);
            ends.add(() -> ended(operation, false));
        }
        for (Network.Letter letter : letters) {
            Arrival arrival = new Arrival(letter);
            beginnings.add(() -> arrival.begin(house));
            ends.add(() -> scene.say(arrival.end(house, scene.network)));
        }
        if (beginnings.isEmpty()) {
            return;
        }
        boolean isPlanned = plan(house, 7, 1);
        List<Runnable> inAnyOrder = scene.chance.shuffled(beginnings);
        scene.doing(house, () -> house.registry().commit().inOneBatch(() -> inAnyOrder.forEach(Runnable::run)));
        if (isPlanned) {
            house.mortality.happened().ifPresent(fate -> letters.forEach(letter -> met(fate, letter)));
        }
        ends.forEach(Runnable::run);
    }

    private void met(Fate fate, Network.Letter letter) {
        boolean question = letter instanceof Network.Question;
        switch (fate) {
            case DIES_BEFORE ->
                scene.coverage.hit(
                        letter.about(),
                        question ? Coverage.Event.RECEIVER_DIED_BEFORE : Coverage.Event.RECORDER_DIED_BEFORE);
            case DIES_AFTER ->
                scene.coverage.hit(
                        letter.about(),
                        question ? Coverage.Event.RECEIVER_DIED_AFTER : Coverage.Event.RECORDER_DIED_AFTER);
            case LOST_AFTER -> scene.coverage.hit(letter.about(), Coverage.Event.COMMIT_LOST);
            case LOST_BEFORE, REPEATED -> {
                // Nothing has happened that a repeat could find.
            }
        }
    }

    /// What is not decided in batches.
    void alone(Operation<?> operation) {
        House house = operation.house;
        if (!scene.lives(house)) {
            want(operation);
            return;
        }
        plan(house, 8, 2);
        scene.doing(house, () -> {
            operation.begin();
            ended(operation, true);
        });
    }

    /// Something that a registry does by itself.
    void chore(House house) {
        var chore = scene.chance.any(house.registry().chores());
        scene.say(house + " does its " + chore.name());
        plan(house, 4, 3);
        scene.doing(house, () -> {
            try {
                chore.work().run();
            } catch (org.jooq.exception.DataAccessException lost) {
                // As the upkeep does: the next round tries again.
                scene.say("it fails");
            }
        });
    }

    /// Perhaps something will go wrong with a commit.
    ///
    /// @param once in so many times
    /// @param commits with one of so many
    private boolean plan(House house, int once, int commits) {
        if (scene.isCalm() || !scene.chance.oneIn(once)) {
            return false;
        }
        Fate fate = scene.chance.any(FATES);
        scene.say(house + " will have a fault: " + fate);
        house.mortality.plan(fate, scene.chance.below(commits));
        return true;
    }

    private void ended(Operation<?> operation, boolean wait) {
        operations++;
        past.add(operation);
        scene.say(operation.what + ": " + operation.end(wait));
    }
}
