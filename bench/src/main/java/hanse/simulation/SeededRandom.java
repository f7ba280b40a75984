package hanse.simulation;

import java.security.SecureRandom;
import java.util.Random;

/// Where a simulated registry's ids and secrets come from: nothing is secret here, and all is the same by its seed.
final class SeededRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private Random random = new Random(0);

    void begin(long seed) {
        random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        random.nextBytes(bytes);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public int nextInt() {
        return random.nextInt();
    }

    @Override
    public int nextInt(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public String getAlgorithm() {
        return "seeded";
    }
}
