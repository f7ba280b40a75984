package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.federation.TestNode;
import hanse.node.federation.TestNode.Fit;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// Alpha and beta with no link between them, by one clock: what goes over, a test carries by hand. Nothing happens by
/// itself, batches are what the test says, and all ids follow from a seed; so the same steps always end the same.
final class Strait implements AutoCloseable {
    private static final int ONE_WRITER = 1;
    private static final int MITIGATION_PPM = 200_000;

    /// Rounds until everything has arrived: no message has so many consequences.
    private static final int ROUNDS = 50;

    final TestClock clock = new TestClock();
    final TestNode alpha;
    final TestNode beta;
    final Demands demands;
    final Crossing eastward;
    final Crossing westward;
    private int requests;

    Strait(Path directory, long seed) {
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh(), clock, fit(seed));
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh(), clock, fit(~seed));
        demands = new Demands(() -> alpha, () -> beta);
        eastward = new Crossing(alpha, beta);
        westward = new Crossing(beta, alpha);
        befriend();
        alpha.limitPeer(beta, "1000000");
        beta.limitPeer(alpha, "1000000");
    }

    private static Fit fit(long seed) {
        Random ids = new Random(seed);
        return new Fit(5_000, true, MITIGATION_PPM, ONE_WRITER, () -> new UUID(ids.nextLong(), ids.nextLong()));
    }

    /// Both work with each other, whatever their operators have done before.
    void befriend() {
        alpha.trust(beta);
        beta.trust(alpha);
        alpha.resumePeer(beta);
        beta.resumePeer(alpha);
        alpha.welcomed(beta);
        beta.welcomed(alpha);
    }

    String newRequest() {
        requests++;
        return "request " + requests;
    }

    /// Everything arrives, until there is nothing more to tell.
    void exchange() {
        int round = 0;
        while (alpha.unanswered() > 0 || beta.unanswered() > 0) {
            round++;
            assertThat(round).as("rounds until everything has arrived").isLessThan(ROUNDS);
            eastward.clear();
            westward.clear();
        }
    }

    @Override
    public void close() {
        for (TestNode node : List.of(alpha, beta)) {
            node.close();
            node.fresh.close();
        }
    }
}
