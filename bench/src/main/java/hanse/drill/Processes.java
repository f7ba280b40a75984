package hanse.drill;

import hanse.node.cli.LocalFederation;
import hanse.node.cli.LocalFederation.Member;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/// Several processes of one registry, on one database and behind one address: one is killed, or stops, or one more
/// starts. The others go on with what it has left.
final class Processes implements Misfortune {
    private static final int MOST = 3;

    private final Ground ground;
    private final Asking asking;
    private final Faults faults;
    private final Tally tally;

    Processes(Ground ground, Asking asking, Faults faults, Tally tally) {
        this.ground = ground;
        this.asking = asking;
        this.faults = faults;
        this.tally = tally;
    }

    @Override
    public void strike(Random random, Duration about) throws Exception {
        Town town = ground.towns().getFirst();
        int running = town.processes().size();
        if (running < 2 || running < MOST && random.nextBoolean()) {
            town.add(ground.launchAnother());
            tally.happens("one more process of " + town.registry());
        }
        List<Member> processes = town.processes();
        Member victim = processes.get(random.nextInt(processes.size()));
        long arrived = asking.arrivedFrom(town.registry());
        Callable<Boolean> goesOn = asking.twentyMoreBy(town.registry());
        long began = System.nanoTime();
        if (random.nextInt(3) > 0) {
            victim.kill();
            tally.happens("kill -9 of one process among several of " + town.registry());
        } else {
            // Who balances load may still send to it for a moment.
            LocalFederation.of(List.of(victim)).close();
            tally.happens("orderly stop of one process among several of " + town.registry());
        }
        Thread.sleep(about.dividedBy(4));
        town.remove(victim);
        town.door().knock();
        faults.requireSoon(goesOn, "the other processes of " + town.registry() + " acknowledge nothing");
        faults.requireSoon(
                () -> asking.arrivedFrom(town.registry()) > arrived,
                "no transfer arrives from the other processes of " + town.registry());
        tally.took(
                "from the end of a process until the others had acknowledged 20 calls and a transfer had arrived",
                Duration.ofNanos(System.nanoTime() - began));
    }
}
