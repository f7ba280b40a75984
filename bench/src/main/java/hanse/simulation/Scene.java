package hanse.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a schedule is played in: registries, those who live there, what lies between them, and what has been told of
/// it.
final class Scene {
    final Stage stage;
    final Chance chance;
    final Coverage coverage;
    final List<House> houses;
    final Network network;
    final Town town;
    private final Set<House> touched = new HashSet<>();
    private final List<String> trace;
    private boolean calm;

    /// @param trace is told everything that happens
    Scene(Schedule schedule, Stage stage, Coverage coverage, List<String> trace) {
        this.stage = stage;
        this.coverage = coverage;
        this.trace = trace;
        this.chance = new Chance(schedule.seed());
        this.houses = stage.houses(schedule.registries());
        houses.forEach(house -> house.reach(new Reach(this, house)));
        stage.begin(houses, schedule.seed());
        this.network = new Network(chance, stage.time, coverage);
        this.town = new Town(
                houses,
                stage.members(houses),
                new Clients(chance),
                chance,
                stage.past().amounts());
    }

    void say(String what) {
        trace.add(what);
    }

    /// Nothing goes wrong any more.
    void calm() {
        calm = true;
        network.calm();
    }

    boolean isCalm() {
        return calm;
    }

    List<House> others(House than) {
        return houses.stream().filter(house -> house != than).toList();
    }

    /// Whether a process lives there. A dead one is seen to by its operator sooner or later.
    boolean lives(House house) {
        if (house.isDead() && (calm || chance.oneIn(2))) {
            house.live();
            say(house + " is back");
        }
        return !house.isDead();
    }

    /// Does something at a registry, whose process may die of it.
    void doing(House house, Runnable what) {
        touched.add(house);
        try {
            what.run();
        } catch (Mortality.Killed killed) {
            say(house + " dies");
        }
        if (house.mortality.isDead()) {
            house.bury();
        } else {
            house.mortality.spare();
        }
    }

    /// Something was done there.
    void touch(House house) {
        touched.add(house);
    }

    void kill(House house) {
        if (!house.isDead()) {
            house.kill();
            say(house + " is killed");
        }
    }

    /// The registries at which something was done since the last time.
    Set<House> touched() {
        Set<House> all = Set.copyOf(touched);
        touched.clear();
        return all;
    }
}
