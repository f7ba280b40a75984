package hanse.simulation;

import hanse.node.Chore;
import hanse.simulation.Schedule.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One schedule, played from its first step to its end. After each step the equations must hold; in the end everything
/// arrives, and what was told to clients is compared with the books.
final class Simulation {
    /// After so many requests a schedule has been long enough.
    private static final int ENOUGH = 50;

    /// How often time passes in the end until nothing waits any more.
    private static final int MONTHS = 3;

    /// A clock is wrong by so much at most.
    private static final Duration WRONG = Duration.ofMinutes(10);

    private final Schedule schedule;
    private final Scene scene;
    private final Work work;
    private final Traffic traffic;
    private final Acknowledged acknowledged = new Acknowledged();
    private final Payments payments;
    private final Contracts contracts;
    private final Quarrels quarrels;
    private final Operators operators;
    private final Invariants invariants;

    /// @param trace is told everything that happens
    Simulation(Schedule schedule, Stage stage, Coverage coverage, List<String> trace) {
        this.schedule = schedule;
        this.scene = new Scene(schedule, stage, coverage, trace);
        this.work = new Work(scene);
        this.traffic = new Traffic(scene, work);
        this.payments = new Payments(scene.town, acknowledged);
        this.contracts = new Contracts(scene.town, payments);
        this.quarrels = new Quarrels(scene.town, payments, contracts);
        this.operators = new Operators(scene.town, stage.cards(), stage.liar);
        this.invariants = new Invariants(scene.houses);
        Past past = stage.past().among(scene.houses);
        past.tokens().forEach(payments::remember);
        past.agreements().forEach(contracts::remember);
        past.disputes().forEach(quarrels::remember);
    }

    /// How much clients and operators have asked for.
    int operations() {
        return work.operations();
    }

    /// Plays it. Throws a [Violation] when something happens that must never happen.
    void run() {
        invariants.always(Set.copyOf(scene.houses));
        for (Step step : schedule.steps()) {
            if (work.operations() >= ENOUGH) {
                break;
            }
            House house = scene.houses.get(step.registry());
            scene.chance.begin(step.seed());
            scene.stage.time.pass(Duration.ofMillis(scene.chance.below(4_000)));
            scene.say("-- " + step.number() + " " + step.kind() + " " + house + " at " + scene.stage.time.now());
            play(step.kind(), house);
            invariants.always(scene.touched());
        }
        rest();
    }

    private void play(Schedule.Kind kind, House house) {
        switch (kind) {
            case WORK -> work(house);
            case PUMP -> ifItLives(house, () -> traffic.pump(house));
            case RULE -> operators.next(house).ifPresent(work::alone);
            case CHORE -> ifItLives(house, () -> work.chore(house));
            case WAIT -> pass();
            case LINK -> link(house);
            case KILL -> scene.kill(house);
            case SKEW ->
                house.clock.skew(
                        Duration.ofSeconds(scene.chance.below(2 * (int) WRONG.toSeconds()) - WRONG.toSeconds()));
            case LIE -> ifItLives(house, () -> scene.doing(house, () -> scene.stage.liar.lie(house, scene)));
        }
    }

    private void ifItLives(House house, Runnable what) {
        if (scene.lives(house)) {
            what.run();
        }
    }

    private void work(House house) {
        for (int i = 2 + scene.chance.below(4); i > 0; i--) {
            wish().ifPresent(work::want);
        }
        if (scene.chance.oneIn(2)) {
            work.repeat();
        }
        ifItLives(house, () -> work.decide(house));
        if (!house.isDead() && !scene.chance.oneIn(3)) {
            traffic.pump(house);
        }
    }

    private Optional<Operation<?>> wish() {
        int kind = scene.chance.below(10);
        if (kind < 4) {
            return Optional.of(payments.next());
        }
        return kind < 7 ? Optional.of(contracts.next()) : quarrels.next();
    }

    private void pass() {
        Chance chance = scene.chance;
        Duration time = chance.oneIn(3)
                ? Duration.ofHours(chance.below(40))
                : chance.oneIn(12) ? Duration.ofDays(chance.below(40)) : Duration.ofMinutes(chance.below(40));
        scene.stage.time.pass(time);
        scene.say("time passes: " + time);
    }

    private void link(House house) {
        House peer = scene.chance.any(scene.others(house));
        if (scene.network.isCut(house, peer)) {
            scene.network.heal(house, peer);
            scene.say(house + " and " + peer + " are connected again");
        } else {
            scene.network.cut(house, peer);
            scene.say(house + " and " + peer + " are cut off from each other");
        }
    }

    /// Everybody lives, everything arrives, what has waited long enough ends.
    private void rest() {
        scene.say("-- the end");
        scene.chance.begin(schedule.seed());
        scene.calm();
        for (House house : scene.houses) {
            house.clock.skew(Duration.ZERO);
            scene.lives(house);
        }
        // Whoever died with a clock that was ahead has claimed its outboxes for as long.
        scene.stage.time.pass(WRONG);
        scene.houses.forEach(house -> operators.befriend(house).forEach(work::alone));
        scene.houses.forEach(traffic::greet);
        traffic.exchange();
        int months = 0;
        do {
            scene.stage.time.pass(Duration.ofDays(32));
            scene.houses.forEach(Simulation::sweep);
            traffic.exchange();
        } while (++months < MONTHS && invariants.isSomethingOpen());
        invariants.atRest();
        Liar.check(scene.houses);
        acknowledged.check(scene.houses);
    }

    private static void sweep(House house) {
        house.registry().chores().stream()
                .filter(chore -> chore.name().endsWith("-sweep") || chore.name().endsWith("-expire"))
                .map(Chore::work)
                .forEach(Runnable::run);
    }
}
