package hanse.node.storage;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Rows turned into one array per column, for statements that take a whole batch by `unnest`.
public final class Columns {
    private Columns() {}

    public static Parameter uuids(Collection<UUID> values) {
        UuidArray array = new UuidArray(values.toArray(UUID[]::new));
        return (statement, index) -> statement.setObject(index, array);
    }

    public static <R> Parameter uuids(List<R> rows, Function<R, ? extends @Nullable UUID> column) {
        UuidArray array = new UuidArray(values(rows, UUID[]::new, column));
        return (statement, index) -> statement.setObject(index, array);
    }

    public static <R> Parameter longs(List<R> rows, Function<R, ? extends @Nullable Long> column) {
        return array("int8", values(rows, Long[]::new, column));
    }

    public static <R> Parameter ints(List<R> rows, Function<R, ? extends @Nullable Integer> column) {
        return array("int4", values(rows, Integer[]::new, column));
    }

    public static <R> Parameter doubles(List<R> rows, Function<R, Double> column) {
        return array("float8", values(rows, Double[]::new, column));
    }

    public static <R> Parameter shorts(List<R> rows, Function<R, ? extends @Nullable Short> column) {
        return array("int2", values(rows, Short[]::new, column));
    }

    public static <R> Parameter booleans(List<R> rows, Function<R, Boolean> column) {
        return array("bool", values(rows, Boolean[]::new, column));
    }

    public static <R> Parameter texts(List<R> rows, Function<R, ? extends @Nullable String> column) {
        return array("text", values(rows, String[]::new, column));
    }

    public static <R> Parameter bytes(List<R> rows, Function<R, byte @Nullable []> column) {
        return array("bytea", values(rows, byte[][]::new, column));
    }

    public static <R> Parameter times(List<R> rows, Function<R, Optional<Instant>> column) {
        return array(
                "timestamptz",
                values(
                        rows,
                        OffsetDateTime[]::new,
                        row -> column.apply(row)
                                .map(at -> at.atOffset(ZoneOffset.UTC))
                                .orElse(null)));
    }

    private static Parameter array(String type, @Nullable Object[] values) {
        return (statement, index) ->
                statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }

    private static <R, V> V[] values(List<R> rows, IntFunction<V[]> make, Function<R, ? extends @Nullable V> column) {
        V[] values = make.apply(rows.size());
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return values;
    }
}
