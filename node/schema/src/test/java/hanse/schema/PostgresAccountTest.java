package hanse.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hanse.schema.EmbeddedPostgres.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Root's two ways not to be root. Run by anyone else, there is nothing to try.
final class PostgresAccountTest {

    @TempDir
    private Path directory;

    @BeforeEach
    void onlyForRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"));
    }

    @Test
    void runsInANamespaceInWhichRootIsNobody() throws Exception {
        var account = new PostgresAccount.OwnNamespace();
        assumeTrue(account.equals(PostgresAccount.choose()), "user namespaces are off here");
        assertThat(startsTwice(account)).isEqualTo("hanse");
    }

    @Test
    void runsAsAnUnprivilegedAccountWhereNamespacesAreOff() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(startsTwice(PostgresAccount.Unprivileged.find())).isEqualTo("hanse");
    }

    private String startsTwice(PostgresAccount account) throws Exception {
        EmbeddedPostgres.start(directory, Options.small(), account, false).close();
        try (var postgres = EmbeddedPostgres.start(directory, Options.small(), account, false);
                var connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select current_user")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
