package hanse.simulation;

import hanse.schema.EmbeddedPostgres;
import hanse.simulation.Schedule.Step;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hanse simulate`: plays schedules until one goes wrong, or all have gone well.
@Command(
        name = "hanse simulate",
        mixinStandardHelpOptions = true,
        description =
                "Plays federations of 2 to 5 registries under a clock, a network and operators that a seed makes up,"
                        + " and checks that no token is lost, doubled or made.")
public final class Simulate implements Callable<Integer> {
    private static final int SHOWN = 12;

    /// A schedule with fewer operations has little going on at once.
    private static final int BUSY = 50;

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");
    private static final int MOST_SEEDS_FOR_A_BUG = 500;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    @Option(
            names = "--seeds",
            defaultValue = "1..100",
            description = "From..to, one schedule each (default ${DEFAULT-VALUE})")
    private String seeds = "";

    @Option(names = "--steps", description = "Only these steps of each schedule, such as 3,7..9: as a failure says")
    private String only = "";

    @Option(names = "--trace", description = "Tells everything that happens")
    private boolean telling;

    /// Half as many again as there are processors: some wait for PostgreSQL. It has connections for no more than these.
    @Option(
            names = "--workers",
            description = "Schedules that are played at the same time (default ${DEFAULT-VALUE} on this machine)")
    private int workers = Math.clamp(Runtime.getRuntime().availableProcessors() * 3L / 2, 2, 8);

    @Option(names = "--no-shrink", description = "Tells of a failure as it is, without looking for a shorter one")
    private boolean unshrunk;

    @Option(
            names = "--bugs",
            arity = "0..*",
            description = "Puts each of these faults into a copy of the code, and looks whether it is found:"
                    + " ${COMPLETION-CANDIDATES}; without a name, all of them")
    private @Nullable List<Bug> bugs;

    @Option(names = "--gaps", description = "Fails when some message has not met some misfortune")
    private boolean gapless;

    private final PrintStream out = System.out;
    private final Coverage coverage = new Coverage();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicInteger played = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();

    public static void main(String[] arguments) {
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME))
                .setLevel(ch.qos.logback.classic.Level.OFF);
        System.exit(new CommandLine(new Simulate()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (bugs != null) {
            return hunt(bugs.isEmpty() ? List.of(Bug.values()) : bugs);
        }
        Range range = Range.read(seeds, "--seeds", Long.MAX_VALUE - 1);
        chosen(Schedule.of(range.from()));
        long began = System.nanoTime();
        Path directory = Files.createTempDirectory("hanse-simulation");
        Optional<Failure> failure;
        try (EmbeddedPostgres server = server()) {
            failure = play(range, directory, server, began);
            if (failure.isPresent()) {
                tell(failure.get(), directory, server);
            }
        } finally {
            delete(directory);
        }
        double minutes = (System.nanoTime() - began) / 60e9;
        out.printf(
                "%,d schedules, %,d operations, %.0f schedules a minute;"
                        + " %,d of them with 3 or more registries and %d or more operations%n",
                played.get(), operations.get(), played.get() / minutes, busy.get(), BUSY);
        out.println(coverage.table());
        List<String> gaps = coverage.gaps();
        if (!gaps.isEmpty()) {
            out.println("Of these, " + gaps.size() + " never happened, such as "
                    + String.join("; ", gaps.subList(0, Math.min(SHOWN, gaps.size()))));
        }
        if (failure.isEmpty() && played.get() < range.size()) {
            out.println("Only " + played.get() + " of " + range.size() + " schedules were played");
            return 1;
        }
        return failure.isPresent() || gapless && !gaps.isEmpty() ? 1 : 0;
    }

    private int hunt(List<Bug> wanted) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("hanse-bugs");
        try {
            Path home = Path.of(Optional.ofNullable(System.getenv("HANSE_HOME")).orElse("."));
            return new BugHunt(home, directory, out).huntAll(wanted, MOST_SEEDS_FOR_A_BUG) ? 0 : 1;
        } finally {
            delete(directory);
        }
    }

    /// From one number to another, both included.
    private record Range(long from, long to) {
        long size() {
            return to - from + 1;
        }

        /// Reads `7` or `3..9`.
        static Range read(String text, String option, long most) {
            Matcher matcher = NUMBERS.matcher(text);
            if (matcher.matches()) {
                long from = Long.parseLong(matcher.group(1));
                long to = matcher.group(2) == null ? from : Long.parseLong(matcher.group(2));
                if (from <= to && to <= most) {
                    return new Range(from, to);
                }
            }
            throw new CommandLine.ParameterException(
                    new CommandLine(new Simulate()), option + " is a number or two such as 3..9, not " + text);
        }
    }

    /// A schedule that went wrong.
    private record Failure(Schedule schedule, Violation violation) {}

    /// Nothing here outlives the run, so that PostgreSQL need not wait for the disk; what it plans depends on no
    /// statistics, so that it plans once; and all databases fit into its memory, with the rows that schedules leave
    /// behind.
    static EmbeddedPostgres server() {
        return EmbeddedPostgres.temporary(EmbeddedPostgres.Options.small()
                .withSetting("shared_buffers", "512MB")
                .withSetting("fsync", "off")
                .withSetting("synchronous_commit", "off")
                .withSetting("full_page_writes", "off")
                .withSetting("autovacuum", "off")
                .withSetting("track_counts", "off")
                .withSetting("track_activities", "off")
                .withSetting("update_process_title", "off")
                .withSetting("wal_level", "minimal")
                .withSetting("max_wal_senders", "0")
                .withSetting("plan_cache_mode", "force_generic_plan")
                .withSetting("max_connections", "400"));
    }

    private Optional<Failure> play(Range range, Path directory, EmbeddedPostgres server, long began)
            throws InterruptedException {
        AtomicLong next = new AtomicLong(range.from());
        List<Failure> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(workers, range.size()); i++) {
            Path own = directory.resolve("worker-" + i);
            threads.add(Thread.ofPlatform().name("simulation-" + i).start(() -> {
                try (Stages stages = new Stages(own, server)) {
                    for (long seed = next.getAndIncrement(); seed <= range.to(); seed = next.getAndIncrement()) {
                        Schedule schedule = chosen(Schedule.of(seed));
                        Optional<Violation> violation = play(schedule, stages.of(schedule.registries()), telling);
                        if (violation.isPresent()) {
                            next.set(range.to() + 1);
                            synchronized (failures) {
                                failures.add(new Failure(schedule, violation.get()));
                            }
                        }
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            while (!thread.join(BETWEEN_LINES)) {
                progress(range.size(), began);
            }
        }
        return failures.stream().findFirst();
    }

    private void progress(long all, long began) {
        out.printf(
                "%,d of %,d schedules, %.0f a minute, %,d operations%n",
                played.get(), all, played.get() * 60e9 / (System.nanoTime() - began), operations.get());
    }

    private Optional<Violation> play(Schedule schedule, Stage stage, boolean tell) {
        List<String> trace = new ArrayList<>();
        try {
            Simulation simulation = new Simulation(schedule, stage, coverage, trace);
            simulation.run();
            operations.addAndGet(simulation.operations());
            if (schedule.registries() >= 3 && simulation.operations() >= BUSY) {
                busy.incrementAndGet();
            }
            return Optional.empty();
        } catch (Violation violation) {
            return Optional.of(violation);
        } catch (RuntimeException | Error unforeseen) {
            return Optional.of(new Violation("nobody foresaw this", unforeseen));
        } finally {
            played.incrementAndGet();
            if (tell) {
                trace.forEach(out::println);
            }
        }
    }

    private Schedule chosen(Schedule schedule) {
        if (only.isEmpty()) {
            return schedule;
        }
        List<Step> steps = new ArrayList<>();
        for (String part : only.split(",")) {
            Range range = Range.read(part, "--steps", schedule.steps().size() - 1);
            steps.addAll(schedule.steps().subList((int) range.from(), (int) range.to() + 1));
        }
        return schedule.with(steps);
    }

    private void tell(Failure failure, Path directory, EmbeddedPostgres server) {
        out.println("Seed " + failure.schedule.seed() + " goes wrong: " + failure.violation.getMessage());
        if (unshrunk) {
            return;
        }
        failure.violation.printStackTrace(out);
        out.println("Leaving out what does not matter …");
        try (Stages stages = new Stages(directory.resolve("shrinking"), server)) {
            Stage stage = stages.of(failure.schedule.registries());
            Schedule shrunk = new Shrinking(schedule -> play(schedule, stage, false)).shrink(failure.schedule);
            out.println(play(shrunk, stage, true).map(Violation::getMessage).orElse("It went well this time."));
            out.println("To repeat it: ./hanse simulate --trace --seeds " + shrunk.seed() + " --steps "
                    + shrunk.steps().stream()
                            .map(step -> Integer.toString(step.number()))
                            .collect(Collectors.joining(",")));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
