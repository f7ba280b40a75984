package hanse.schema;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Starts PostgreSQL's programs, as an account that may run them and with nothing of our own environment.
final class PostgresPrograms {
    private final PostgresAccount account;
    private final PostgresBinaries binaries;

    PostgresPrograms(PostgresAccount account) {
        this.account = account;
        this.binaries = PostgresBinaries.unpackedIn(account.cache());
    }

    /// The path of one program: `initdb`, `postgres`.
    String path(String name) {
        return binaries.program(name);
    }

    /// Gives a directory tree to the account that the programs run as.
    void own(Path tree) throws IOException {
        account.own(tree);
    }

    /// Starts a command in a directory; its two outputs come as one.
    Process start(Path directory, List<String> command) throws IOException {
        var builder = new ProcessBuilder(account.running(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path, "LC_ALL", "C", "TZ", "UTC"));
        return builder.start();
    }
}
