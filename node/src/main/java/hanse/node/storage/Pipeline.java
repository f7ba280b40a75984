package hanse.node.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/// Statements of a transaction that go to PostgreSQL together and are answered together: one round trip, whatever their
/// number. They run in the order in which they were added, each after the one before has taken effect.
public final class Pipeline {
    private final Connection connection;
    private final Instant now;
    private final List<Step> steps = new ArrayList<>();

    Pipeline(Connection connection, Instant now) {
        this.connection = connection;
        this.now = now;
    }

    /// Takes one row of a query's answer, or all of them.
    @FunctionalInterface
    public interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private sealed interface Step {
        String sql();

        Parameter[] parameters();

        record Query(String sql, RowReader reader, Parameter[] parameters) implements Step {}

        record Change(String sql, OptionalInt rows, Parameter[] parameters) implements Step {}
    }

    /// The transaction's time.
    public Instant now() {
        return now;
    }

    /// Adds a query, whose rows are read by [#run].
    public void query(String sql, RowReader reader, Parameter... parameters) {
        steps.add(new Step.Query(
                sql,
                rows -> {
                    while (rows.next()) {
                        reader.read(rows);
                    }
                },
                parameters));
    }

    /// The columns that [#records] reads, by name: another version of the node may have added more.
    public static String columns(Table<?> table) {
        return Arrays.stream(table.fields()).map(Field::getName).collect(Collectors.joining(", "));
    }

    /// Adds a query for the [#columns] of a table's rows, which are given to `reader` by [#run].
    public <R extends Record> void records(Table<R> table, String sql, Consumer<R> reader, Parameter... parameters) {
        steps.add(new Step.Query(
                sql,
                rows -> DSL.using(SQLDialect.POSTGRES)
                        .fetch(rows, table.fields())
                        .forEach(row -> reader.accept(row.into(table))),
                parameters));
    }

    /// Adds a change of as many rows as there are.
    public void change(String sql, Parameter... parameters) {
        steps.add(new Step.Change(sql, OptionalInt.empty(), parameters));
    }

    /// Adds a change that must find exactly so many rows, which this transaction has locked or makes.
    public void changeExactly(int rows, String sql, Parameter... parameters) {
        steps.add(new Step.Change(sql, OptionalInt.of(rows), parameters));
    }

    /// Sends all that was added and reads the answers; afterwards the pipeline is empty.
    public void run() {
        if (steps.isEmpty()) {
            return;
        }
        String sql = steps.stream().map(Step::sql).collect(Collectors.joining(";\n"));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int index = 1;
            for (Step step : steps) {
                for (Parameter parameter : step.parameters()) {
                    parameter.bind(statement, index++);
                }
            }
            statement.execute();
            for (int i = 0; i < steps.size(); i++) {
                if (i > 0) {
                    statement.getMoreResults();
                }
                read(steps.get(i), statement);
            }
        } catch (SQLException e) {
            throw new DataAccessException("SQL [" + sql + "]; " + e.getMessage(), e);
        }
        steps.clear();
    }

    private static void read(Step step, PreparedStatement statement) throws SQLException {
        switch (step) {
            case Step.Query(String _, RowReader reader, Parameter[] _) -> {
                try (ResultSet rows = statement.getResultSet()) {
                    reader.read(rows);
                }
            }
            case Step.Change(String sql, OptionalInt expected, Parameter[] _) -> {
                int changed = statement.getUpdateCount();
                if (expected.isPresent() && expected.getAsInt() != changed) {
                    throw new IllegalStateException(
                            changed + " rows changed instead of " + expected.getAsInt() + ": " + sql);
                }
            }
        }
    }
}
