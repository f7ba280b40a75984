package hanse.schema;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/// The schema's versions, in `db/migration`.
public final class Migrations {

    /// Nodes that start together on one database take turns; the later ones find nothing left to do. In seconds.
    private static final int PATIENCE = 600;

    private Migrations() {}

    /// Brings the database to this version of the schema. Safe when several processes start at once.
    ///
    /// @return how many migrations were applied
    /// @throws org.flywaydb.core.api.FlywayException where one fails, or where the database is newer than this node
    public static int apply(DataSource database) {
        return configuration(database).load().migrate().migrationsExecuted;
    }

    /// The newest migration that a database has; empty when it has none.
    static Optional<String> version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("select to_regclass('flyway_schema_history') is not null")) {
            if (!found.next() || !found.getBoolean(1)) {
                return Optional.empty();
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select version from flyway_schema_history"
                        + " where success and version is not null order by installed_rank desc limit 1")) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
    }

    /// Brings an empty database to an older version of the schema, or finds it there.
    ///
    /// @throws IOException when it has another one
    static void applyUpTo(DataSource database, String version) throws SQLException, IOException {
        Optional<String> present;
        try (Connection connection = database.getConnection()) {
            present = version(connection);
        }
        if (present.isEmpty()) {
            configuration(database).target(version).load().migrate();
        } else if (!present.get().equals(version)) {
            throw new IOException("that database has version " + present.get() + " of the schema, the backup version "
                    + version + "; make a new database");
        }
    }

    static FluentConfiguration configuration(DataSource database) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .ignoreMigrationPatterns(new String[0])
                .lockRetryCount(PATIENCE);
    }
}
