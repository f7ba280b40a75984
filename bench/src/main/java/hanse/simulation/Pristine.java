package hanse.simulation;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// A database as every schedule begins with it. To delete a few thousand rows and put some hundred back takes some
/// milliseconds, a new database some hundred.
final class Pristine {
    private static final int RESTORED_BETWEEN_CLEANINGS = 40;

    private final DataSource database;
    private final String restoration;
    private int restored;

    /// As it is now.
    Pristine(DataSource database) {
        this.database = database;
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            StringBuilder deletions = new StringBuilder();
            StringBuilder insertions = new StringBuilder();
            statement.execute("drop schema if exists pristine cascade");
            statement.execute("create schema pristine");
            for (String table : tables(statement)) {
                String copy = "pristine." + table;
                statement.execute("alter table " + table + " set (autovacuum_enabled = false)");
                statement.execute("create table " + copy + " as table " + table);
                deletions.append("delete from ").append(table).append(';');
                if (!isEmpty(statement, copy)) {
                    insertions
                            .append("insert into ")
                            .append(table)
                            .append(" table ")
                            .append(copy)
                            .append(';');
                }
            }
            restoration = "set session_replication_role = replica;" + deletions + insertions
                    + "set session_replication_role = origin";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (var found = statement.executeQuery("select tablename from pg_tables where schemaname = 'public'"
                + " and tablename not like 'flyway%' order by tablename")) {
            while (found.next()) {
                tables.add(found.getString(1));
            }
        }
        return tables;
    }

    private static boolean isEmpty(Statement statement, String table) throws SQLException {
        try (var any = statement.executeQuery("select 1 from " + table + " limit 1")) {
            return !any.next();
        }
    }

    void restore() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(restoration);
            if (++restored % RESTORED_BETWEEN_CLEANINGS == 0) {
                statement.execute("vacuum");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
