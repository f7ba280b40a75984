package hanse.simulation;

import com.zaxxer.hikari.HikariDataSource;
import hanse.schema.EmbeddedPostgres;
import hanse.schema.Migrations;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/// Databases at the newest schema, copied from one that has been migrated.
final class Databases {
    private static final String TEMPLATE = "template_simulated";
    private static final AtomicInteger created = new AtomicInteger();

    private Databases() {}

    /// @return the name of a new one
    static synchronized String create(EmbeddedPostgres server) {
        try (var connection =
                        DriverManager.getConnection(server.jdbcUrl("postgres"), server.username(), server.password());
                var statement = connection.createStatement()) {
            try (var found = statement.executeQuery("select 1 from pg_database where datname = '" + TEMPLATE + "'")) {
                if (!found.next()) {
                    server.createDatabase(TEMPLATE);
                    try (HikariDataSource template = House.connections(server, TEMPLATE)) {
                        Migrations.apply(template);
                    }
                }
            }
            String name = "simulated_" + created.incrementAndGet();
            statement.execute("create database " + name + " template " + TEMPLATE);
            return name;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
