package hanse.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import hanse.schema.EmbeddedPostgres.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedPostgresTest {

    @TempDir
    private Path directory;

    @Test
    void keepsItsDataBetweenRuns() throws SQLException {
        try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
            execute(postgres, "create table kept (line text)");
            execute(postgres, "insert into kept values ('x')");
        }
        try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
            assertThat(ask(postgres, "select count(*) from kept")).isEqualTo("1");
        }
    }

    @Test
    void isDurableAndChecksItsPages() throws SQLException {
        try (var postgres = EmbeddedPostgres.start(directory, Options.defaults())) {
            assertThat(ask(postgres, "show fsync")).isEqualTo("on");
            assertThat(ask(postgres, "show synchronous_commit")).isEqualTo("on");
            assertThat(ask(postgres, "show full_page_writes")).isEqualTo("on");
            assertThat(ask(postgres, "show data_checksums")).isEqualTo("on");
            assertThat(ask(postgres, "show server_encoding")).isEqualTo("UTF8");
        }
    }

    @Test
    void asksForThePasswordThatOnlyItsOwnerCanRead() throws IOException {
        try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            Path password = directory.resolve("password");
            assertThat(Files.readString(password).strip()).isEqualTo(postgres.password());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(password)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void listensOnThePortItIsGivenAndSaysWhenThatIsTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            EmbeddedPostgres.start(directory, Options.small().withPort(taken.getLocalPort())))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("Address already in use");
        }
    }

    @Test
    void comesBackAfterTheProcessThatOwnedItWasKilled() throws Exception {
        for (int round = 1; round <= 2; round++) {
            var owner = Owner.on(directory);
            assertThat(owner.nextLine()).startsWith("ready");
            owner.write();
            assertThat(owner.nextLine()).isEqualTo("written");
            owner.process().destroyForcibly().waitFor();

            try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
                assertThat(ask(postgres, "select count(*) from kept")).isEqualTo(Integer.toString(round));
            }
        }
    }

    @Test
    void endsByItselfWhenTheProcessThatOwnedItIsKilled() throws Exception {
        var owner = Owner.on(directory);
        long server = Long.parseLong(owner.nextLine().substring("ready ".length()));
        assertThat(ProcessHandle.of(server)).isPresent();
        owner.process().destroyForcibly().waitFor();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ProcessHandle.of(server).isEmpty());
    }

    @Test
    void refusesASecondProcessOnTheSameDirectory() throws Exception {
        try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
            var second = Owner.on(directory);
            assertThat(second.nextLine())
                    .startsWith("refused")
                    .contains("in use by process " + ProcessHandle.current().pid());
            assertThat(ask(postgres, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void refusesASecondStartInTheSameProcess() {
        try (var _ = EmbeddedPostgres.start(directory, Options.small())) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(directory, Options.small()))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("in use by process");
        }
    }

    @Test
    void isStartedAgainOnTheSamePortWhenTheServerIsKilled() throws SQLException {
        try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
            execute(postgres, "create table kept (line text)");
            execute(postgres, "insert into kept values ('x')");
            String url = postgres.jdbcUrl();
            long killed = postgres.pid();
            postgres.kill();
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> ask(postgres, "select count(*) from kept").equals("1"));
            assertThat(postgres.jdbcUrl()).isEqualTo(url);
            assertThat(postgres.pid()).isNotEqualTo(killed);
        }
    }

    @Test
    void staysDownWhenItIsKilledAndNobodyWantsItBack() throws SQLException {
        try (var postgres = EmbeddedPostgres.start(directory, Options.small().withoutRestart())) {
            execute(postgres, "create table kept (line text)");
            postgres.kill();
            assertThatThrownBy(() -> ask(postgres, "select 1")).isInstanceOf(SQLException.class);
        }
        try (var postgres = EmbeddedPostgres.start(directory, Options.small())) {
            assertThat(ask(postgres, "select count(*) from kept")).isEqualTo("0");
        }
    }

    @Test
    void outlivesTheThreadThatStartedIt() throws Exception {
        var started = new ArrayList<EmbeddedPostgres>();
        Thread starter =
                Thread.ofPlatform().start(() -> started.add(EmbeddedPostgres.start(directory, Options.small())));
        starter.join();
        try (var postgres = started.getFirst()) {
            assertThat(ask(postgres, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void severalStartAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Path own = directory.resolve("number-" + i);
                answers.add(threads.submit(() -> {
                    try (var postgres = EmbeddedPostgres.start(own, Options.small())) {
                        return ask(postgres, "select 'up'");
                    }
                }));
            }
            for (var answer : answers) {
                assertThat(answer.get()).isEqualTo("up");
            }
        }
    }

    @Test
    void aTemporaryServerLeavesNothingBehind() {
        Path used;
        List<ProcessHandle> processes = new ArrayList<>();
        try (var postgres = EmbeddedPostgres.temporary(Options.small())) {
            used = Path.of(postgres.toString().replaceAll("PostgreSQL in (.*) on port .*", "$1"));
            assertThat(used).isDirectory();
            ProcessHandle server = ProcessHandle.of(postgres.pid()).orElseThrow();
            processes.add(server);
            server.descendants().forEach(processes::add);
            assertThat(processes).hasSizeGreaterThan(1);
        }
        assertThat(used).doesNotExist();
        assertThat(processes).noneMatch(ProcessHandle::isAlive);
    }

    private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /// [PostgresOwner], seen from outside.
    private record Owner(Process process, BufferedReader said) {

        static Owner on(Path directory) throws IOException {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            Process process = new ProcessBuilder(
                            java,
                            "-cp",
                            System.getProperty("java.class.path"),
                            PostgresOwner.class.getName(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new Owner(process, process.inputReader());
        }

        String nextLine() throws IOException {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith("ready") || line.startsWith("written") || line.startsWith("refused")) {
                    return line;
                }
            }
            return "ended";
        }

        void write() throws IOException {
            process.getOutputStream().write('x');
            process.getOutputStream().flush();
        }
    }
}
