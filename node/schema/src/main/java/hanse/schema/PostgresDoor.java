package hanse.schema;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// The way into a database for a command beside the node: one that is run by someone else, the embedded one of a node
/// that runs, or the embedded one of a node that does not, which then runs as long as the door is open.
public final class PostgresDoor implements AutoCloseable {
    private static final int PORT_LINE = 3;

    private final DataSource source;
    private final Optional<EmbeddedPostgres> own;

    private PostgresDoor(DataSource source, Optional<EmbeddedPostgres> own) {
        this.source = source;
        this.own = own;
    }

    /// A PostgreSQL that is run by someone else.
    ///
    /// @param user may be empty, as may the password: then the URL says
    public static PostgresDoor jdbc(String url, String user, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        if (!user.isEmpty()) {
            source.setUser(user);
        }
        if (!password.isEmpty()) {
            source.setPassword(password);
        }
        return new PostgresDoor(source, Optional.empty());
    }

    /// The embedded PostgreSQL of a directory.
    ///
    /// @throws PostgresException when it runs, but cannot be reached, or cannot be started
    public static PostgresDoor embedded(Path directory) throws IOException {
        Optional<PostgresDoor> running = running(directory);
        if (running.isPresent()) {
            return running.get();
        }
        EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, EmbeddedPostgres.Options.defaults());
        PostgresDoor door = jdbc(postgres.jdbcUrl(), postgres.username(), postgres.password());
        return new PostgresDoor(door.source, Optional.of(postgres));
    }

    private static Optional<PostgresDoor> running(Path directory) throws IOException {
        Path pid = directory.resolve("data").resolve("postmaster.pid");
        Path password = directory.resolve("password");
        if (!Files.exists(pid) || !Files.exists(password)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(pid, StandardCharsets.UTF_8);
        if (lines.size() <= PORT_LINE) {
            return Optional.empty();
        }
        PostgresDoor door = jdbc(
                "jdbc:postgresql://127.0.0.1:" + lines.get(PORT_LINE).strip() + "/hanse",
                "hanse",
                Files.readString(password, StandardCharsets.UTF_8).strip());
        try (Connection connection = door.source.getConnection()) {
            return connection.isValid(1) ? Optional.of(door) : Optional.empty();
        } catch (SQLException notRunning) {
            // What a server left behind that was killed.
            return Optional.empty();
        }
    }

    public DataSource source() {
        return source;
    }

    @Override
    public void close() {
        own.ifPresent(EmbeddedPostgres::close);
    }
}
