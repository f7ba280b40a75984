package hanse.schema;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/// Writes all tables of a registry's database into files, and reads them back into an empty one. As of one moment,
/// while the registry works on; over JDBC, so that it does not matter who runs the PostgreSQL.
///
/// ```
/// <directory>/
///   manifest          schema version, and for each table its rows, the SHA-256 of its file, and its columns
///   <table>.copy      PostgreSQL's binary COPY format
/// ```
public final class DatabaseCopy {
    private static final String TITLE = "hanse-tables-v1";
    private static final String MANIFEST = "manifest";

    /// The schema's history is made by the migrations; background work finds out by itself when it is due.
    private static final String TABLES = """
            select c.relname from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = current_schema() and c.relkind = 'r'
              and c.relname not in ('flyway_schema_history', 'scheduled_tasks')
            order by exists (select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), c.relname
            """;

    private static final String COLUMNS = """
            select string_agg(quote_ident(a.attname), ',' order by a.attnum)
            from pg_attribute a
            where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
            """;

    private record Table(String name, long rows, String sha256, String columns) {}

    private DatabaseCopy() {}

    /// Writes the tables.
    ///
    /// @param directory made if it is not there; files of the same names are written over
    /// @return the rows written
    public static long write(DataSource database, Path directory) throws SQLException, IOException {
        Files.createDirectories(directory);
        try (Connection connection = database.getConnection()) {
            return write(connection, directory);
        }
    }

    private static long write(Connection connection, Path directory) throws SQLException, IOException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        try {
            String version = Migrations.version(connection)
                    .orElseThrow(() -> new IOException("that database has no schema of a registry"));
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            List<String> lines = new ArrayList<>(List.of(TITLE, version));
            long all = 0;
            for (String name : names(connection)) {
                String columns = columns(connection, name);
                MessageDigest sha = sha256();
                long rows;
                try (OutputStream file = new DigestOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(directory.resolve(name + ".copy"))), sha)) {
                    rows = copy.copyOut("copy " + name + " (" + columns + ") to stdout (format binary)", file);
                }
                all += rows;
                lines.add(String.join(
                        " ", name, Long.toString(rows), HexFormat.of().formatHex(sha.digest()), columns));
            }
            Files.write(directory.resolve(MANIFEST), lines, StandardCharsets.UTF_8);
            return all;
        } finally {
            connection.rollback();
        }
    }

    /// Reads tables into a database that holds no registry yet, brings it to their schema before, and marks it as
    /// restored: all in one transaction but the schema.
    ///
    /// @return the rows read
    /// @throws IOException when a file is not what the manifest says, or the database holds a registry
    public static long read(DataSource database, Path directory) throws SQLException, IOException {
        List<String> lines = Files.readAllLines(directory.resolve(MANIFEST), StandardCharsets.UTF_8);
        if (lines.size() < 2 || !lines.getFirst().equals(TITLE)) {
            throw new IOException("that is not a backup");
        }
        List<Table> tables = new ArrayList<>();
        for (String line : lines.subList(2, lines.size())) {
            String[] words = line.split(" ", 4);
            Table table = new Table(words[0], Long.parseLong(words[1]), words[2], words[3]);
            requireWhole(directory, table);
            tables.add(table);
        }
        Migrations.applyUpTo(database, lines.get(1));
        try (Connection connection = database.getConnection()) {
            return read(connection, directory, tables);
        }
    }

    private static long read(Connection connection, Path directory, List<Table> tables)
            throws SQLException, IOException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            empty(statement, tables);
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            long all = 0;
            for (Table table : tables) {
                try (InputStream file =
                        new BufferedInputStream(Files.newInputStream(directory.resolve(table.name() + ".copy")))) {
                    all += copy.copyIn(
                            "copy " + table.name() + " (" + table.columns() + ") from stdin (format binary)", file);
                }
            }
            statement.execute("update lane set owner = null, leased_until = '-infinity'");
            statement.execute("update peer set pump_owner = null, pump_until = '-infinity'");
            statement.execute("update registry set restored_at = now()");
            connection.commit();
            return all;
        } catch (SQLException | IOException e) {
            connection.rollback();
            throw e;
        }
    }

    private static void requireWhole(Path directory, Table table) throws IOException {
        MessageDigest sha = sha256();
        try (InputStream file = new DigestInputStream(
                new BufferedInputStream(Files.newInputStream(directory.resolve(table.name() + ".copy"))), sha)) {
            file.transferTo(OutputStream.nullOutputStream());
        }
        if (!HexFormat.of().formatHex(sha.digest()).equals(table.sha256())) {
            throw new IOException(table.name() + ".copy was altered or is not whole");
        }
    }

    /// A node writes down whose a database is before anything else. What the migrations have put there is in the
    /// backup.
    private static void empty(Statement statement, List<Table> tables) throws SQLException, IOException {
        try (ResultSet row = statement.executeQuery("select exists (select from registry)")) {
            if (row.next() && row.getBoolean(1)) {
                throw new IOException("that database holds a registry already");
            }
        }
        statement.execute(
                "truncate " + String.join(", ", tables.stream().map(Table::name).toList()));
    }

    private static List<String> names(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static String columns(Connection connection, String table) throws SQLException {
        try (var statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
