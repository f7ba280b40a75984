package hanse.node.storage;

import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// Rows turned into one array per column, for statements that take a whole batch.
public final class Columns {
    private Columns() {}

    public static <R, V> Field<V[]> of(List<R> rows, IntFunction<V[]> make, Function<R, ? extends @Nullable V> column) {
        V[] values = make.apply(rows.size());
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        return DSL.val(values);
    }
}
