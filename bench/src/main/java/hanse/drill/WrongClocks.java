package hanse.drill;

import hanse.error.v1.Reason;
import hanse.node.cli.LocalFederation.Member;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Nodes whose clock is wrong, from one life to the next: by what is allowed, when all goes on; and by more, when
/// agents are refused in words that say why.
final class WrongClocks implements Misfortune {
    /// A signature may be 30 s old and 5 s ahead: a node's clock may be ahead by the one and behind by the other, less
    /// what a call takes.
    private static final long MOST_AHEAD_MILLIS = 24_000;

    private static final long MOST_BEHIND_MILLIS = 4_000;
    private static final List<Duration> TOO_WRONG =
            List.of(Duration.ofMinutes(2), Duration.ofMinutes(-2), Duration.ofMinutes(10), Duration.ofMinutes(-10));

    private final Ground ground;
    private final Asking asking;
    private final Faults faults;
    private final Tally tally;

    WrongClocks(Ground ground, Asking asking, Faults faults, Tally tally) {
        this.ground = ground;
        this.asking = asking;
        this.faults = faults;
        this.tally = tally;
    }

    @Override
    public void strike(Random random, Duration about) throws Exception {
        Town town = ground.any(random, ground.towns());
        if (random.nextInt(3) > 0) {
            long millis = random.nextLong(MOST_AHEAD_MILLIS + MOST_BEHIND_MILLIS) - MOST_BEHIND_MILLIS;
            restart(town, Duration.ofMillis(millis));
            tally.happens("restart of a node with a clock wrong by what is allowed");
            requireWork(town, Duration.ofMillis(millis));
        } else {
            Duration wrong = TOO_WRONG.get(random.nextInt(TOO_WRONG.size()));
            restart(town, wrong);
            tally.happens("restart of a node with a clock wrong by " + wrong.toMinutes() + " minutes");
            requireRefusal(town, wrong);
            Thread.sleep(about);
            restart(town, Duration.ZERO);
            tally.happens("restart of a node with a clock that is right again");
            requireWork(town, Duration.ZERO);
        }
    }

    private void restart(Town town, Duration wrongBy) throws Exception {
        Member node = town.first();
        node.kill();
        Town.launch(node, "-Dhanse.clock.offset=" + wrongBy);
        node.awaitReady();
        town.door().knock();
    }

    private void requireWork(Town town, Duration wrongBy) throws Exception {
        faults.requireSoon(
                asking.twentyMoreBy(town.registry()),
                town.registry() + " acknowledges nothing, its clock being wrong by " + wrongBy);
    }

    /// What is asked now is refused as too old, or as from the future; nothing moves.
    private void requireRefusal(Town town, Duration wrongBy) {
        Reason expected = wrongBy.isNegative() ? Reason.SIGNATURE_FROM_FUTURE : Reason.SIGNATURE_STALE;
        Optional<Reason> told = town.refusal();
        faults.require(
                told.equals(Optional.of(expected)),
                town.registry() + ", wrong by " + wrongBy + ", does not refuse with " + expected + ", but: " + told);
        told.ifPresent(reason -> tally.happens("clear refusal: " + reason));
    }
}
