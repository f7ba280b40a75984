package hanse.simulation;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A database as every schedule begins with it. To delete what was written and put back what is missing takes some
/// milliseconds, a new database some hundred.
final class Pristine {
    /// Not often, and these tables only: whoever has planned a statement on a table that was vacuumed plans it again.
    /// Not seldom either: queries read past what was deleted.
    private static final int RESTORED_BETWEEN_CLEANINGS = 60;

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
            statement.execute("drop schema if exists pristine cascade");
            statement.execute("create schema pristine");
            List<String> tables = tables(statement);
            this.cleaning = "vacuum " + String.join(", ", tables);
            StringBuilder repairs = new StringBuilder();
            for (String table : tables) {
                statement.execute("alter table " + table + " set (autovacuum_enabled = false)");
                statement.execute("create table pristine." + table + " as table " + table);
                repairs.append(repair(statement, table));
            }
            statement.execute("create table pristine.restored as select pg_current_xact_id()::xid as last");
            statement.execute("set session_replication_role = replica");
            statement.execute("create function pristine.restore() returns void language plpgsql as $$"
                    + " declare age_of_last int := (select age(last) from pristine.restored); begin " + repairs
                    + "update pristine.restored set last = pg_current_xact_id()::xid; end $$");
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

    /// Deletes the rows that a younger transaction than the last restoration wrote, and puts back those that are
    /// missing then.
    private static String repair(Statement statement, String table) throws SQLException {
        String delete = "delete from " + table + " where age(xmin) < age_of_last;";
        int rows = number(statement, "select count(*) from " + table);
        return rows == 0
                ? delete
                : delete + " if (select count(*) from " + table + ") < " + rows + " then insert into " + table
                        + " select * from pristine." + table + " as was where not exists (select from " + table
                        + " as there where " + sameKey(statement, table) + "); end if;";
    }

    private static int number(Statement statement, String query) throws SQLException {
        try (var found = statement.executeQuery(query)) {
            found.next();
            return found.getInt(1);
        }
    }

    /// That two rows have the same primary key.
    private static String sameKey(Statement statement, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (var found = statement.executeQuery("select attname from pg_index join pg_attribute on attrelid = indrelid"
                + " and attnum = any(indkey) where indisprimary and indrelid = '" + table + "'::regclass")) {
            while (found.next()) {
                columns.add("there." + found.getString(1) + " = was." + found.getString(1));
            }
        }
        return String.join(" and ", columns);
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
