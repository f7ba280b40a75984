package hanse.node.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds in a schema what a PostgreSQL-compatible distributed database does not have: the schema as PostgreSQL's
/// catalog shows it, and the migrations that made it. `docs/databases.md` has the documents that say so.
final class SchemaLint {
    private static final Pattern INDEX = Pattern.compile(
            "create\\s+(?:unique\\s+)?index\\s+(\\w+)\\s+on\\s+(\\w+)\\s*\\(\\s*(\\w+)([^,)]*)",
            Pattern.CASE_INSENSITIVE);

    /// @param why which target forbids it, and what to do instead
    /// @param sql names what is wrong, a row each; `{tables}` stands for the tables of ours
    private record Rule(String name, String why, String sql) {}

    private static final String TABLES = """
            (select c.* from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relname not like 'flyway%') as t\
            """;

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "index that is not a B-tree or GIN",
                    "YugabyteDB has no BRIN, GiST or SP-GiST, and HASH is another thing in CockroachDB: use a B-tree",
                    "select t.relname || ' using ' || am.amname from {tables} join pg_am am on am.oid = t.relam"
                            + " where t.relkind in ('i', 'I') and am.amname not in ('btree', 'gin')"),
            new Rule(
                    "GIN index of several columns",
                    "YugabyteDB has GIN indexes of one column only: index one",
                    "select t.relname from {tables} join pg_index i on i.indexrelid = t.oid"
                            + " join pg_am am on am.oid = t.relam where am.amname = 'gin' and i.indnatts > 1"),
            new Rule(
                    "unique index that takes nulls for equal",
                    "CockroachDB has no NULLS NOT DISTINCT: make the column not null",
                    "select t.relname from {tables} join pg_index i on i.indexrelid = t.oid where i.indnullsnotdistinct"),
            new Rule(
                    "trigger",
                    "both have limits with them: do it in the operation that changes the row",
                    "select t.relname || '.' || g.tgname from {tables} join pg_trigger g on g.tgrelid = t.oid"
                            + " where not g.tgisinternal"),
            new Rule(
                    "rule",
                    "CockroachDB has none: do it in the operation",
                    "select t.relname || '.' || r.rulename from {tables} join pg_rewrite r on r.ev_class = t.oid"
                            + " where r.rulename <> '_RETURN'"),
            new Rule(
                    "exclusion constraint",
                    "neither CockroachDB nor YugabyteDB has any: lock a row and look",
                    "select c.conname from {tables} join pg_constraint c on c.conrelid = t.oid where c.contype = 'x'"),
            new Rule(
                    "deferrable constraint",
                    "CockroachDB has none, YugabyteDB only of foreign keys: write the rows in order",
                    "select c.conname from {tables} join pg_constraint c on c.conrelid = t.oid where c.condeferrable"),
            new Rule(
                    "partitioned table",
                    "PARTITION BY means placement in CockroachDB: let the database split the table",
                    "select t.relname from {tables} where t.relkind = 'p'"),
            new Rule(
                    "inheritance",
                    "neither CockroachDB nor YugabyteDB has it: make a table of its own",
                    "select t.relname from {tables} join pg_inherits h on h.inhrelid = t.oid"),
            new Rule(
                    "unlogged or temporary table",
                    "both keep it as any other table, or not at all: keep it in memory, or log it",
                    "select t.relname from {tables} where t.relpersistence <> 'p'"),
            new Rule(
                    "table without a primary key",
                    "rows are stored by it, and spread by it: name one",
                    "select t.relname from {tables} where t.relkind in ('r', 'p') and not exists"
                            + " (select 1 from pg_index i where i.indrelid = t.oid and i.indisprimary)"),
            new Rule(
                    "sequence or identity",
                    "every number costs a round trip or is no longer in order, and makes a hot end: make ids in Java",
                    "select t.relname from {tables} where t.relkind = 'S'"),
            new Rule(
                    "materialized view or foreign table",
                    "CockroachDB has no foreign tables, and refreshes no view within a transaction: use a table",
                    "select t.relname from {tables} where t.relkind in ('m', 'f')"),
            new Rule(
                    "generated column",
                    "YugabyteDB has none that are stored: write the value",
                    "select t.relname || '.' || a.attname from {tables} join pg_attribute a on a.attrelid = t.oid"
                            + " where a.attgenerated <> ''"),
            new Rule(
                    "collation",
                    "CockroachDB takes no collation \"C\" for a column: bytes' order is the default there and in YugabyteDB",
                    "select t.relname || '.' || a.attname from {tables} join pg_attribute a on a.attrelid = t.oid"
                            + " join pg_collation c on c.oid = a.attcollation"
                            + " where t.relkind = 'r' and a.attnum > 0 and c.collname <> 'default'"),
            new Rule(
                    "storage parameter",
                    "CockroachDB accepts fillfactor and ignores it, and refuses most others: leave it out",
                    "select t.relname || ': ' || o from {tables}, unnest(t.reloptions) o where o not like 'fillfactor=%'"),
            new Rule(
                    "type",
                    "not one that all columns so far make do with: see docs/databases.md, and add it here if both have it",
                    "select t.relname || '.' || a.attname || ' ' || y.typname from {tables}"
                            + " join pg_attribute a on a.attrelid = t.oid join pg_type y on y.oid = a.atttypid"
                            + " where t.relkind = 'r' and a.attnum > 0 and not a.attisdropped and y.typname not in"
                            + " ('bool', 'int2', 'int4', 'int8', 'float8', 'text', 'uuid', 'bytea', 'date', 'timestamptz',"
                            + " '_text', '_uuid', '_int8')"),
            new Rule(
                    "type or domain of our own",
                    "CockroachDB has no domains, and changes types by jobs: use a smallint and a CHECK",
                    "select y.typname from pg_type y join pg_namespace n on n.oid = y.typnamespace"
                            + " where n.nspname = 'public' and y.typtype in ('d', 'e', 'r', 'm')"),
            new Rule(
                    "function",
                    "say it in Java, or in the statement",
                    "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public'"),
            new Rule(
                    "extension",
                    "CockroachDB has none: do without",
                    "select extname from pg_extension where extname <> 'plpgsql'"));

    private SchemaLint() {}

    /// What is wrong with the schema of a database, in words; empty if nothing is.
    static List<String> problems(Connection database) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = database.createStatement()) {
            for (Rule rule : RULES) {
                try (ResultSet rows = statement.executeQuery(rule.sql().replace("{tables}", TABLES))) {
                    while (rows.next()) {
                        found.add(rule.name() + ": " + rows.getString(1) + ": " + rule.why());
                    }
                }
            }
        }
        return found;
    }

    /// What is wrong with a migration that the catalog does not show. In YugabyteDB an index is by hash of its first
    /// column where nothing else is said, which finds no range of times.
    static List<String> problems(Connection database, String migration) throws SQLException {
        List<String> found = new ArrayList<>();
        for (String sql : migration.split(";\\s*\n")) {
            found.addAll(SqlLint.problems(sql));
        }
        Matcher index = INDEX.matcher(migration);
        while (index.find()) {
            if (isTime(database, index.group(2), index.group(3))
                    && !index.group(4).strip().equalsIgnoreCase("asc")) {
                found.add(
                        "index by time: " + index.group(1) + ": YugabyteDB makes a hash of its first column: say asc");
            }
        }
        return found;
    }

    private static boolean isTime(Connection database, String table, String column) throws SQLException {
        try (var statement = database.prepareStatement("select 1 from information_schema.columns where table_name = ?"
                + " and column_name = ? and data_type like 'timestamp%'")) {
            statement.setString(1, table);
            statement.setString(2, column);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }
}
