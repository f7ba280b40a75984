package hanse.node.cli.demo;

import hanse.node.cli.CommandException;
import hanse.node.cli.LocalFederation;
import hanse.node.config.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `hanse demo`.
@Command(
        name = "demo",
        description = {
            "Run two registries in a temporary directory, walk the main story through their public ports, and check it:",
            "payments, refusals, a contract across the link, disputes and slashes, a thousand transfers between registries",
            "while nodes and databases are killed, the books of both, their journals, and that no log holds a secret."
        },
        footer = {"", "Exit code 0 only if every check held."})
public final class DemoCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
    private static final int FIRST_BASE = 17_100;
    private static final int LAST_BASE = 19_500;
    private static final int BASES_APART = 300;

    @Option(
            names = "--transfers",
            paramLabel = "N",
            description = "Transfers between the registries (default: ${DEFAULT-VALUE}).")
    private int transfers = 1_000;

    @Option(names = "--ports", paramLabel = "N", description = "As in `hanse up`; otherwise free ones are looked for.")
    private @Nullable Integer ports;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "An empty directory to use and to keep, instead of a temporary one.")
    private @Nullable Path dir;

    @Option(names = "--keep", description = "Keep the temporary directory, with the logs.")
    private boolean keep;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (transfers < 16 || transfers > 1_500) {
            throw CommandException.usage("--transfers: 16 to 1500; alice has 84 AVT for them, at 0.05 each.");
        }
        Path directory = directory();
        Steps steps = new Steps(out);
        out.println("Hanse demo in " + directory);
        try (LocalFederation federation = prepare(directory)) {
            Thread stop = new Thread(federation::close);
            Runtime.getRuntime().addShutdownHook(stop);
            new Story(federation, steps, transfers).tell();
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (Exception e) {
            if (steps.failures() == 0) {
                throw e;
            }
            // The step that failed has said why.
            LOG.debug("the story ended early", e);
        }
        boolean passed = steps.failures() == 0;
        if (passed && !keep && dir == null) {
            delete(directory);
        } else {
            out.println();
            out.println("Kept: " + directory + " (logs in */node.log)");
        }
        out.printf(
                Locale.ROOT,
                "%n%s %d checks, %d failed, %.1f s%n",
                passed ? "✓" : "✗",
                steps.checks(),
                steps.failures(),
                steps.elapsed().toMillis() / 1e3);
        out.flush();
        return passed ? 0 : 1;
    }

    private Path directory() throws IOException {
        if (dir == null) {
            return Files.createTempDirectory("hanse-demo-").toRealPath();
        }
        if (Files.isDirectory(dir)) {
            try (Stream<Path> inside = Files.list(dir)) {
                if (inside.findAny().isPresent()) {
                    throw CommandException.usage(dir + " is not empty; the demo begins with nothing.");
                }
            }
        }
        return Files.createDirectories(dir).toRealPath();
    }

    private LocalFederation prepare(Path directory) throws IOException {
        // The books are compared with the story to the last micro-AVT, and canaries are no part of it.
        Map<Setting, String> settings = Map.of(Setting.LOG_LEVEL, "info", Setting.PEER_CANARY, "false");
        List<Integer> bases = ports != null
                ? List.of(ports)
                : Stream.iterate(FIRST_BASE, base -> base <= LAST_BASE, base -> base + BASES_APART)
                        .toList();
        for (int base : bases) {
            LocalFederation federation = LocalFederation.prepare(directory, base, settings);
            if (federation.takenPorts().isEmpty() || base == bases.getLast()) {
                federation.requirePorts();
                return federation;
            }
        }
        throw CommandException.failed("No free ports were found.");
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
