package hanse.schema;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// PostgreSQL's ways to be ended, by signal. Java can only send TERM and KILL, which to it mean "when all clients have
/// gone" and "crash".
enum Shutdown {
    /// Open transactions are rolled back, everything committed is in the tables.
    FAST("INT"),

    /// At once. What was committed is in the log, and recovered by the next start.
    IMMEDIATE("QUIT");

    private final String signal;

    Shutdown(String signal) {
        this.signal = signal;
    }

    void ask(ProcessHandle process) {
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid() + " 2>/dev/null")
                    .start()
                    .waitFor();
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until processes have ended; says whether they have.
    static boolean await(List<ProcessHandle> processes, Duration atMost) {
        var all = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        try {
            all.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
