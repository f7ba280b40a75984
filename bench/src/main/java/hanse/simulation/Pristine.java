package hanse.simulation;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A database as every schedule begins with it. To delete a few thousand rows and put some hundred back takes some
/// milliseconds, a new database some hundred.
final class Pristine {
    /// Seldom, and these tables only: whoever has planned a statement on a table that was vacuumed plans it again.
    private static final int RESTORED_BETWEEN_CLEANINGS = 500;

    private final Connection connection;
    private final String cleaning;
    private int restored;

    /// As it is now.
    ///
    /// @param connection for nothing else: PostgreSQL forgets a connection's plans when its triggers are switched
    /// off
    Pristine(Connection connection) {
        this.connection = connection;
        try (Statement statement = connection.createStatement()) {
            StringBuilder deletions = new StringBuilder();
            StringBuilder insertions = new StringBuilder();
            statement.execute("drop schema if exists pristine cascade");
            statement.execute("create schema pristine");
            List<String> tables = tables(statement);
            this.cleaning = "vacuum " + String.join(", ", tables);
            for (String table : tables) {
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
            statement.execute("set session_replication_role = replica");
            statement.execute("create function pristine.restore() returns void language plpgsql as $$ begin "
                    + deletions + insertions + " end $$");
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
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pristine.restore()");
            if (++restored % RESTORED_BETWEEN_CLEANINGS == 0) {
                statement.execute(cleaning);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
