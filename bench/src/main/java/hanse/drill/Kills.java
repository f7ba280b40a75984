package hanse.drill;

import hanse.node.cli.LocalFederation.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// `kill -9` of nodes, each with the PostgreSQL that it runs; they are started again at once.
final class Kills implements Misfortune {
    private static final int MOST_MILLIS_OF_A_START = 4_000;

    private final Ground ground;
    private final Tally tally;

    Kills(Ground ground, Tally tally) {
        this.ground = ground;
        this.tally = tally;
    }

    @Override
    public void strike(Random random, Duration about) throws Exception {
        List<Town> victims = new ArrayList<>(ground.towns());
        if (random.nextInt(4) > 0) {
            victims = List.of(ground.any(random, victims));
        } else {
            tally.happens("all nodes killed together");
        }
        for (Town town : victims) {
            kill(town);
        }
        long killed = System.nanoTime();
        if (random.nextInt(3) == 0) {
            // Also before it has put in order what the last death has left.
            Thread.sleep(random.nextInt(MOST_MILLIS_OF_A_START));
            kill(ground.any(random, victims));
            tally.happens("a node killed again while it starts");
        }
        for (Town town : victims) {
            town.first().awaitReady();
            town.door().knock();
        }
        tally.took("from kill -9 until all nodes were ready again", Duration.ofNanos(System.nanoTime() - killed));
    }

    private void kill(Town town) throws Exception {
        Member node = town.first();
        node.kill();
        Town.launch(node);
        tally.happens("kill -9 of " + town.registry() + "'s node");
    }
}
