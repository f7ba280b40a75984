package hanse.schema;

import java.nio.file.Path;
import java.sql.DriverManager;

/// A process that owns a database, writes one row for each line it reads, and is there to be killed.
///
/// Argument: the data directory. Prints `ready <server pid>`, then `written` for each row, or `refused <why>`.
final class PostgresOwner {

    private PostgresOwner() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedPostgres postgres;
        try {
            postgres = EmbeddedPostgres.start(Path.of(arguments[0]), EmbeddedPostgres.Options.small());
        } catch (PostgresException e) {
            System.out.println("refused " + e.getMessage());
            return;
        }
        try (postgres;
                var connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                var statement = connection.createStatement()) {
            statement.execute("create table if not exists kept (line text)");
            System.out.println("ready " + postgres.pid());
            for (int line = System.in.read(); line >= 0; line = System.in.read()) {
                statement.execute("insert into kept values ('x')");
                System.out.println("written");
            }
        }
    }
}
