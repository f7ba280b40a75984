package hanse.drill;

import hanse.drill.Proxy.Fate;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// The way to a registry's peer port breaks: shut, reset, slow, silent in one direction or in both.
final class Partitions implements Misfortune {
    private final Ground ground;
    private final Asking asking;
    private final Faults faults;
    private final Tally tally;

    /// A way to break it.
    private enum Harm {
        SHUT("shut", Fate.ARRIVES, Fate.ARRIVES),
        RESET("reset", Fate.ARRIVES, Fate.ARRIVES),
        SLOW("slow", Fate.LATE, Fate.LATE),
        REQUESTS_LOST("losing what is said to it", Fate.LOST, Fate.ARRIVES),
        ANSWERS_LOST("losing what it says", Fate.ARRIVES, Fate.LOST),
        ALL_LOST("losing everything", Fate.LOST, Fate.LOST),
        REQUESTS_WAIT("holding back what is said to it", Fate.WAITS, Fate.ARRIVES),
        ANSWERS_WAIT("holding back what it says", Fate.ARRIVES, Fate.WAITS),
        ALL_WAIT("holding back everything", Fate.WAITS, Fate.WAITS);

        final String how;
        final Fate requests;
        final Fate answers;

        Harm(String how, Fate requests, Fate answers) {
            this.how = how;
            this.requests = requests;
            this.answers = answers;
        }

        void doTo(Proxy way) {
            switch (this) {
                case SHUT -> way.shut(false);
                case RESET -> way.shut(true);
                case SLOW, REQUESTS_LOST, ANSWERS_LOST, ALL_LOST, REQUESTS_WAIT, ANSWERS_WAIT, ALL_WAIT ->
                    way.let(requests, answers);
            }
        }
    }

    Partitions(Ground ground, Asking asking, Faults faults, Tally tally) {
        this.ground = ground;
        this.asking = asking;
        this.faults = faults;
        this.tally = tally;
    }

    @Override
    public void strike(Random random, Duration about) throws Exception {
        Harm harm = Harm.values()[random.nextInt(Harm.values().length)];
        List<Town> cutOff = random.nextInt(3) == 0 ? ground.towns() : List.of(ground.any(random, ground.towns()));
        for (Town town : cutOff) {
            harm.doTo(town.peers());
            tally.happens("the way to " + town.registry() + "'s peer port " + harm.how);
        }
        Thread.sleep(about.dividedBy(2).plusMillis(random.nextLong(about.toMillis())));
        List<Long> before = ground.towns().stream()
                .map(town -> asking.arrivedFrom(town.registry()))
                .toList();
        ground.towns().forEach(town -> town.peers().heal());
        long healed = System.nanoTime();
        for (int i = 0; i < before.size(); i++) {
            String registry = ground.towns().get(i).registry();
            long known = before.get(i);
            faults.requireSoon(
                    () -> asking.arrivedFrom(registry) > known,
                    "no transfer from " + registry + " has arrived since the way is healed");
        }
        tally.took(
                "from healing until transfers of all registries arrived again",
                Duration.ofNanos(System.nanoTime() - healed));
    }
}
