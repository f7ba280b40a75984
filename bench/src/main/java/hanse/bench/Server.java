package hanse.bench;

import hanse.schema.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The PostgreSQL server that all of a bench runs on.
record Server(int port, String user, String password) {
    private static final int WAL_FILES = 60;

    static Server of(EmbeddedPostgres server) {
        return new Server(server.port(), server.username(), server.password());
    }

    /// The one that a node runs in `directory`.
    static Server in(Path directory) throws IOException {
        int port = Integer.parseInt(Files.readAllLines(directory.resolve("data/postmaster.pid"))
                .get(3)
                .strip());
        return new Server(
                port, "hanse", Files.readString(directory.resolve("password")).strip());
    }

    void execute(String... statements) {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", user, password);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's server did not do as told", e);
        }
    }

    /// Makes a new server like one that has run for a while: it writes its log into files that it has used before. A
    /// new file is filled with zeros first, 16 MB while everybody waits.
    void age() {
        for (int i = 0; i < WAL_FILES; i++) {
            execute("select pg_logical_emit_message(false, '', '')", "select pg_switch_wal()");
        }
        settle();
    }

    /// Lets every commit take so much longer, as on a slow disk: PostgreSQL's own wait for others to commit with.
    void slow(Duration commit) {
        execute(
                "alter system set commit_siblings = 0",
                "alter system set commit_delay = " + TimeUnit.NANOSECONDS.toMicros(commit.toNanos()),
                "select pg_reload_conf()");
    }

    /// Writes back what the last measurement left in memory, and frees its log files for the next.
    void settle() {
        execute("checkpoint");
    }
}
