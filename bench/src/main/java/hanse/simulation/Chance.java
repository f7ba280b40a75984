package hanse.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Everything that is left to chance, and the same again by its seed.
final class Chance {
    private final Random random;

    Chance(long seed) {
        this.random = new Random(seed);
        begin(seed);
    }

    /// From now on everything follows from this seed, and from no earlier one.
    void begin(long seed) {
        // Neighbouring seeds begin alike otherwise.
        random.setSeed(seed * 0x9E3779B97F4A7C15L ^ seed >>> 32);
    }

    /// Once in so many times.
    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /// 0 to `bound` − 1.
    int below(int bound) {
        return random.nextInt(bound);
    }

    long seed() {
        return random.nextLong();
    }

    <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /// Any of these, in any order, the more the better.
    <T> List<T> some(List<T> all) {
        List<T> some = shuffled(all);
        return some.subList(0, some.size() - random.nextInt(some.size() + 1) * random.nextInt(2));
    }

    <T> List<T> shuffled(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }
}
