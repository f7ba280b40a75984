package hanse.drill;

import hanse.node.cli.LocalFederation.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// `kill -9` of PostgreSQL; its node starts another one.
final class DatabaseKills implements Misfortune {
    private final Ground ground;
    private final Faults faults;
    private final Tally tally;

    DatabaseKills(Ground ground, Faults faults, Tally tally) {
        this.ground = ground;
        this.faults = faults;
        this.tally = tally;
    }

    @Override
    public void strike(Random random, Duration about) throws Exception {
        List<Town> victims = new ArrayList<>(ground.towns());
        if (random.nextInt(4) > 0) {
            victims = List.of(ground.any(random, victims));
        } else {
            tally.happens("all databases killed together");
        }
        long killed = System.nanoTime();
        List<Long> before = new ArrayList<>();
        for (Town town : victims) {
            before.add(town.first().databasePid());
            town.first().killDatabase();
            tally.happens("kill -9 of " + town.registry() + "'s PostgreSQL");
        }
        for (int i = 0; i < victims.size(); i++) {
            Member node = victims.get(i).first();
            long killedOne = before.get(i);
            faults.requireSoon(
                    () -> node.databaseIsAnotherThan(killedOne),
                    node.registry() + "'s node has not started another PostgreSQL");
            node.awaitReady();
            victims.get(i).door().knock();
        }
        tally.took("from kill -9 until all databases were there again", Duration.ofNanos(System.nanoTime() - killed));
    }
}
