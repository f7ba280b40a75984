package hanse.node.storage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.Cursor;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;

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

    /// The same without jOOQ's record of each row, for tables that are read as a whole.
    public static <T> RowStream<T> plain(ResultQuery<?> query, Reader<T> read) {
        Cursor<?> cursor = query.fetchSize(AT_A_TIME).fetchLazy();
        return new RowStream<>(cursor, new PlainRows<>(Objects.requireNonNull(cursor.resultSet()), read));
    }

    /// Makes of the row at which JDBC stands what the caller of the store knows.
    public interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static final class PlainRows<T> implements Iterator<T> {
        private final ResultSet rows;
        private final Reader<T> read;
        private Optional<T> next = Optional.empty();
        private boolean ended;

        PlainRows(ResultSet rows, Reader<T> read) {
            this.rows = rows;
            this.read = read;
        }

        @Override
        public boolean hasNext() {
            if (next.isEmpty() && !ended) {
                try {
                    ended = !rows.next();
                    next = ended ? Optional.empty() : Optional.of(read.read(rows));
                } catch (SQLException e) {
                    throw new DataAccessException("rows could not be read", e);
                }
            }
            return next.isPresent();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            T row = next.orElseThrow();
            next = Optional.empty();
            return row;
        }
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
