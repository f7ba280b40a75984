package hanse.schema;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One life of the server process, and what it says.
final class PostgresServer {
    private static final Logger log = LoggerFactory.getLogger("hanse.postgres");
    private static final String READY = "database system is ready to accept connections";
    private static final int KEPT_LINES = 20;

    private final Process process;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>();

    private PostgresServer(Process process) {
        this.process = process;
    }

    /// Starts the server. The kernel tells it when the *thread* that calls this ends, so that thread must live as long
    /// as it.
    static PostgresServer launch(
            PostgresPrograms programs, PostgresDirectory directory, int port, Map<String, String> settings)
            throws IOException {
        // A session of its own: Ctrl-C in the terminal is the node's to handle, not the server's.
        var command = new ArrayList<>(List.of("setsid", "setpriv", "--pdeathsig", "INT"));
        command.addAll(
                List.of(programs.path("postgres"), "-D", directory.data().toString(), "-p", Integer.toString(port)));
        settings.forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        var server = new PostgresServer(programs.start(directory.path(), command));
        Thread.ofPlatform().name("postgres-output-" + server.pid()).daemon().start(server::read);
        return server;
    }

    long pid() {
        return process.pid();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    void kill() {
        process.destroyForcibly();
    }

    /// Returns the exit code when the server has ended.
    int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /// Returns when the server accepts connections.
    ///
    /// @throws PostgresException with what it said, when it ended instead or was not ready in time
    void awaitReady(Duration patience) throws InterruptedException {
        try {
            ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            kill();
            throw new PostgresException("PostgreSQL was not ready within " + patience + ":\n" + said(), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PostgresException p
                    ? p
                    : new PostgresException("PostgreSQL did not start", e);
        }
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
                report(line);
                if (line.contains(READY)) {
                    ready.complete(null);
                }
            }
        } catch (IOException e) {
            log.debug("PostgreSQL's output ended: {}", e.getMessage());
        } finally {
            ready.completeExceptionally(new PostgresException("PostgreSQL ended:\n" + said()));
        }
    }

    private void keep(String line) {
        synchronized (lastLines) {
            lastLines.addLast(line);
            if (lastLines.size() > KEPT_LINES) {
                lastLines.removeFirst();
            }
        }
    }

    private String said() {
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    private static void report(String line) {
        if (line.startsWith("PANIC:") || line.startsWith("FATAL:")) {
            log.warn(line);
        } else {
            log.debug(line);
        }
    }
}
