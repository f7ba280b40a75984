package hanse.node.storage;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// One column of many rows as a PostgreSQL array, for statements that read their rows from `unnest`.
public final class Column {
    private Column() {}

    /// @param type PostgreSQL's name of the element type, such as `int8`
    public static <T> Array of(
            Connection connection,
            String type,
            List<T> rows,
            IntFunction<? extends @Nullable Object[]> make,
            Function<T, ? extends @Nullable Object> value)
            throws SQLException {
        @Nullable Object[] values = make.apply(rows.size());
        for (int i = 0; i < values.length; i++) {
            values[i] = value.apply(rows.get(i));
        }
        return connection.createArrayOf(type, values);
    }
}
