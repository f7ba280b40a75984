package hanse.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// PostgreSQL's own TPC-B, on the same server, as the yardstick. Comes with Debian's PostgreSQL packages; where it is
/// absent there is no ratio.
final class Pgbench {
    private static final int SCALE = 10;
    private static final int CLIENTS = 32;
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+) \\(without initial");

    private final Path program;
    private final Server server;

    private Pgbench(Path program, Server server) {
        this.program = program;
        this.server = server;
    }

    /// Finds pgbench and fills its tables in a database of their own.
    static Optional<Pgbench> prepare(Server server) {
        Optional<Path> program = find();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        Pgbench pgbench = new Pgbench(program.get(), server);
        server.execute("create database pgbench");
        pgbench.run(List.of("-i", "-q", "-s", Integer.toString(SCALE)), Duration.ofMinutes(2));
        return Optional.of(pgbench);
    }

    /// Transactions a second of TPC-B, scale 10, 32 clients.
    double tpcb(Duration time) {
        server.settle();
        String output = run(
                List.of(
                        "-n",
                        "-c",
                        Integer.toString(CLIENTS),
                        "-j",
                        "2",
                        "-M",
                        "prepared",
                        "-T",
                        Long.toString(Math.max(1, time.toSeconds()))),
                time.plusMinutes(1));
        Matcher tps = TPS.matcher(output);
        if (!tps.find()) {
            throw new IllegalStateException("pgbench said no rate:\n" + output);
        }
        return Double.parseDouble(tps.group(1));
    }

    private String run(List<String> arguments, Duration patience) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-h", "127.0.0.1", "-p"));
        command.add(Integer.toString(server.port()));
        command.addAll(List.of("-U", server.user()));
        command.addAll(arguments);
        command.add("pgbench");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", server.password());
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("pgbench failed:\n" + output);
            }
            return output;
        } catch (IOException e) {
            throw new IllegalStateException("pgbench could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Optional<Path> find() {
        Stream<Path> onPath = Stream.of(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .map(directory -> Path.of(directory, "pgbench"));
        Stream<Path> debian = Stream.of("18", "17", "16", "15", "14")
                .map(version -> Path.of("/usr/lib/postgresql", version, "bin", "pgbench"));
        return Stream.concat(debian, onPath).filter(Files::isExecutable).findFirst();
    }
}
