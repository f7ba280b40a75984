package hanse.schema;

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

    static FluentConfiguration configuration(DataSource database) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(database)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .ignoreMigrationPatterns(new String[0])
                .lockRetryCount(PATIENCE);
    }
}
