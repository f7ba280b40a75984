package hanse.node.storage;

import java.util.Iterator;
import java.util.function.Function;
import org.jooq.Cursor;
import org.jooq.Record;
import org.jooq.ResultQuery;

/// The rows of a query one by one, in bounded memory however many they are: PostgreSQL hands out some at a time. Lives
/// at most as long as the transaction, and is closed before it ends.
public final class RowStream<T> implements Iterator<T>, AutoCloseable {
    private static final int AT_A_TIME = 2_000;

    private final Cursor<?> cursor;
    private final Iterator<T> rows;

    private RowStream(Cursor<?> cursor, Iterator<T> rows) {
        this.cursor = cursor;
        this.rows = rows;
    }

    /// Runs the query.
    ///
    /// @param read makes of a row what the caller of the store knows
    public static <R extends Record, T> RowStream<T> of(ResultQuery<R> query, Function<? super R, T> read) {
        Cursor<R> cursor = query.fetchSize(AT_A_TIME).fetchLazy();
        Iterator<R> records = cursor.iterator();
        return new RowStream<>(cursor, new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public T next() {
                return read.apply(records.next());
            }
        });
    }

    @Override
    public boolean hasNext() {
        return rows.hasNext();
    }

    @Override
    public T next() {
        return rows.next();
    }

    @Override
    public void close() {
        cursor.close();
    }
}
