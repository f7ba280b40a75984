package hanse.drill;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hanse drill`: real processes, killed and cut off from each other under load; then their books are compared with
/// what their agents were told.
@Command(
        name = "hanse drill",
        mixinStandardHelpOptions = true,
        description = {
            "Runs registries as processes of their own while their agents pay each other, does them harm, and compares",
            "what every agent was told with the books: all that was acknowledged stands there once, every transfer has",
            "ended on both sides, and no money was lost or made."
        },
        footer = {"", "Exit code 0 only if all of that holds."})
public final class Drill implements Callable<Integer> {
    private static final Duration PROGRESS = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SHORTEST_HARM = Duration.ofSeconds(1);
    private static final Duration LONGEST_HARM = Duration.ofSeconds(10);
    private static final int ASKED_AGAIN_ONE_IN = 10;
    private static final int MOST_ASKED_AGAIN = 300;
    private static final int FAULTS_SHOWN = 20;

    /// What goes wrong.
    enum Kind {
        kill,
        database,
        partition,
        clock,
        processes,
        restore
    }

    @Parameters(
            arity = "1..*",
            paramLabel = "KIND",
            description = "What goes wrong, one after the other where there are several: ${COMPLETION-CANDIDATES}")
    private List<Kind> kinds = List.of();

    @Option(
            names = "--seconds",
            defaultValue = "120",
            description = "For so long, 5 to 7200 (default ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--rounds", defaultValue = "10", description = "So often, 1 to 1000 (default ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--clients",
            defaultValue = "16",
            description = "Asking at once, 1 to 256 (default ${DEFAULT-VALUE})")
    private int clients;

    @Option(names = "--registries", defaultValue = "2", description = "2 or 3 (default ${DEFAULT-VALUE})")
    private int registries;

    @Option(names = "--seed", description = "Decides what goes wrong when, and who pays whom; by chance otherwise")
    private @Nullable Long seed;

    @Option(names = "--keep", description = "Keeps the directory, with databases and logs")
    private boolean keep;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Faults faults = new Faults();
    private final Losses losses = new Losses();
    private final Tally tally = new Tally(this::tell);

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Drill()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        // What clients log while they are cut off is known.
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME))
                .setLevel(ch.qos.logback.classic.Level.ERROR);
        bounded("--seconds", seconds, 5, 7_200);
        bounded("--rounds", rounds, 1, 1_000);
        bounded("--clients", clients, 1, 256);
        bounded("--registries", registries, 2, 3);
        boolean several = kinds.contains(Kind.processes);
        if (several && kinds.contains(Kind.database)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "processes share a database that is not theirs to start again: no `database` then");
        }
        long chosen = seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed;
        PrintWriter out = spec.commandLine().getOut();
        Path directory = Files.createTempDirectory("hanse-drill-").toRealPath();
        out.println("Drill " + kinds + ", seed " + chosen + ", in " + directory);
        out.flush();
        long began = System.nanoTime();
        try (Ground ground = Ground.open(directory, registries, several ? 2 : 1)) {
            out.printf(
                    Locale.ROOT, "%d registries are up after %.1f s%n", registries, (System.nanoTime() - began) / 1e9);
            Thread stop = new Thread(ground::close);
            Runtime.getRuntime().addShutdownHook(stop);
            play(ground, chosen, out);
            Runtime.getRuntime().removeShutdownHook(stop);
        }
        out.println();
        tally.print(out);
        faults.all().stream().limit(FAULTS_SHOWN).forEach(fault -> out.println("✗ " + fault));
        boolean held = faults.count() == 0;
        if (held && !keep) {
            delete(directory);
        } else {
            out.println("Kept: " + directory + " (logs in */node.log)");
        }
        out.println((held ? "✓ " : "✗ ") + faults.count() + " faults, seed " + chosen);
        out.flush();
        return held ? 0 : 1;
    }

    private void tell(String misfortune) {
        spec.commandLine().getOut().println("         " + misfortune);
        spec.commandLine().getOut().flush();
    }

    private void bounded(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(spec.commandLine(), option + " is from " + least + " to " + most);
        }
    }

    private void play(Ground ground, long chosen, PrintWriter out) throws Exception {
        Load load = new Load(ground, faults, chosen, clients);
        Asking asking = load.asking();
        load.begin();
        Thread progress = Thread.ofVirtual().start(() -> tellProgress(load, out));
        strike(ground, load, new Random(chosen));
        Thread.sleep(Duration.ofSeconds(1));
        out.println("all is well again: what is open ends, what was given up is asked again");
        out.flush();
        faults.require(load.end(PATIENCE), "clients still ask " + PATIENCE.toSeconds() + " s after all was well again");
        Reckoning reckoning = new Reckoning(ground, losses, faults, tally);
        reckoning.awaitRest(PATIENCE);
        faults.require(
                load.again(Math.min(MOST_ASKED_AGAIN, load.deeds().size() / ASKED_AGAIN_ONE_IN), PATIENCE),
                "not all that was asked again was answered");
        progress.interrupt();
        tally.add("calls acknowledged", asking.acknowledged());
        tally.add("transfers acknowledged before they had arrived", asking.leftOnTheirWay());
        tally.add("deeds whose client had given up, asked again when all was well", load.everSetAside());
        tally.add("calls asked again although they were acknowledged: the same answer", asking.confirmed());
        asking.unanswered().forEach((told, times) -> tally.add("calls repeated because of " + told, times));
        reckoning.compare(load.deeds(), load.name());
    }

    private void strike(Ground ground, Load load, Random random) throws Exception {
        Duration each = Duration.ofSeconds(seconds).dividedBy((long) rounds * kinds.size());
        Duration about = Stream.of(each.dividedBy(3), LONGEST_HARM)
                .min(Comparator.naturalOrder())
                .filter(harm -> harm.compareTo(SHORTEST_HARM) > 0)
                .orElse(SHORTEST_HARM);
        for (int round = 0; round < rounds; round++) {
            for (Kind kind : kinds) {
                long end = System.nanoTime() + each.toNanos();
                Thread.sleep(Duration.ofMillis(300 + random.nextLong(each.toMillis() / 2 + 1)));
                misfortune(kind, ground, load).strike(random, about);
                Thread.sleep(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        }
    }

    private Misfortune misfortune(Kind kind, Ground ground, Load load) {
        Asking asking = load.asking();
        return switch (kind) {
            case kill -> new Kills(ground, tally);
            case database -> new DatabaseKills(ground, faults, tally);
            case partition -> new Partitions(ground, asking, faults, tally);
            case clock -> new WrongClocks(ground, asking, faults, tally);
            case processes -> new Processes(ground, asking, faults, tally);
            case restore -> new OldBackups(ground, load, losses, faults, tally);
        };
    }

    private void tellProgress(Load load, PrintWriter out) {
        long began = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(PROGRESS);
                out.printf(
                        Locale.ROOT,
                        "%5d s  %,d calls acknowledged, %d under way, %d faults%n",
                        Duration.ofNanos(System.nanoTime() - began).toSeconds(),
                        load.asking().acknowledged(),
                        load.underWay(),
                        faults.count());
                out.flush();
            }
        } catch (InterruptedException over) {
            out.flush();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
