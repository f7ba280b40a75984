package hanse.simulation;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// Puts a [Bug] into a copy of one source, compiles that, and has another process play schedules with it.
final class BugHunt {
    static final String SOURCES = "node/src/main/java/hanse/node/";
    private static final Pattern FOUND = Pattern.compile("Seed (\\d+) goes wrong: (.*)");

    private final Path home;
    private final Path directory;
    private final PrintStream out;

    /// @param home where the sources of Hanse lie
    /// @param directory for what is compiled
    BugHunt(Path home, Path directory, PrintStream out) {
        this.home = home;
        this.directory = directory;
        this.out = out;
    }

    /// What was found.
    ///
    /// @param seed the schedule in which it went wrong first
    record Found(long seed, String violation) {}

    /// Empty when as many schedules have gone well in spite of it.
    Optional<Found> hunt(Bug bug, int seeds) throws IOException, InterruptedException {
        Path classes = compile(bug);
        Process playing = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseParallelGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dorg.jooq.no-logo=true",
                        "-Dorg.jooq.no-tips=true",
                        "-cp",
                        classes + File.pathSeparator + System.getProperty("java.class.path"),
                        Simulate.class.getName(),
                        "--no-shrink",
                        "--seeds",
                        "1.." + seeds)
                .redirectErrorStream(true)
                .start();
        Optional<Found> found = Optional.empty();
        try (BufferedReader lines = playing.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = FOUND.matcher(line);
                if (found.isEmpty() && matcher.matches()) {
                    found = Optional.of(new Found(Long.parseLong(matcher.group(1)), matcher.group(2)));
                }
            }
        }
        playing.waitFor();
        return found;
    }

    private Path compile(Bug bug) throws IOException {
        Path planted = directory.resolve(bug.name()).resolve(bug.file + ".java");
        Files.createDirectories(planted.getParent());
        Files.writeString(planted, bug.plant(Files.readString(home.resolve(SOURCES + bug.file + ".java"))));
        Path classes = Files.createDirectories(directory.resolve(bug.name()).resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-nowarn",
                                    "-proc:none",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(planted))
                    .call();
            if (!compiled) {
                throw new IllegalStateException(bug + " does not compile any more:\n" + said);
            }
        }
        return classes;
    }

    /// Hunts for one after the other.
    ///
    /// @return whether each was found
    boolean huntAll(List<Bug> bugs, int seeds) throws IOException, InterruptedException {
        boolean all = true;
        for (Bug bug : bugs) {
            Optional<Found> found = hunt(bug, seeds);
            all &= found.isPresent();
            out.println(bug + ": "
                    + found.map(what -> "found with seed " + what.seed() + ": " + what.violation())
                            .orElse("not found in " + seeds + " schedules"));
        }
        return all;
    }
}
