package hanse.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What happens in a simulation, in outline: steps that each have a seed of their own, so that one can be left out and
/// the others stay what they are.
///
/// @param registries how many take part, 2 to 5
record Schedule(long seed, int registries, List<Step> steps) {
    /// More than are played: it ends when enough has been asked for.
    private static final int STEPS = 70;
    static final int MOST_REGISTRIES = 5;

    /// What kind of thing happens.
    enum Kind {
        /// A registry decides what is asked of it and what has arrived.
        WORK(46),
        /// A registry sends what it has to send.
        PUMP(19),
        /// An operator decides something.
        RULE(14),
        /// A registry does what it does by itself.
        CHORE(6),
        /// Time passes.
        WAIT(5),
        /// A link is cut or healed.
        LINK(3),
        /// A process dies between two commits.
        KILL(2),
        /// A clock is set wrong.
        SKEW(1),
        /// A peer lies.
        LIE(4);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        private static Kind of(int point) {
            int left = point;
            for (Kind kind : values()) {
                left -= kind.weight;
                if (left < 0) {
                    return kind;
                }
            }
            return WORK;
        }
    }

    /// @param number its place in the whole schedule
    /// @param registry whose turn it is
    record Step(int number, Kind kind, int registry, long seed) {}

    static Schedule of(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        // Three are enough for most that can go wrong, and quick.
        int registries = switch (random.nextInt(20)) {
            case 0 -> 2;
            case 1, 2 -> 4;
            case 3 -> MOST_REGISTRIES;
            default -> 3;
        };
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            steps.add(new Step(i, Kind.of(random.nextInt(100)), random.nextInt(registries), random.nextLong()));
        }
        return new Schedule(seed, registries, steps);
    }

    Schedule with(List<Step> fewer) {
        return new Schedule(seed, registries, List.copyOf(fewer));
    }
}
