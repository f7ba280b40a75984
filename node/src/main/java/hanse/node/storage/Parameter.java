package hanse.node.storage;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;

/// A value for one `?` of a statement.
@FunctionalInterface
public interface Parameter {
    void bind(PreparedStatement statement, int index) throws SQLException;

    static Parameter of(int value) {
        return (statement, index) -> statement.setInt(index, value);
    }

    static Parameter of(long value) {
        return (statement, index) -> statement.setLong(index, value);
    }

    static Parameter of(byte[] value) {
        return (statement, index) -> statement.setBytes(index, value);
    }

    static Parameter of(Instant value) {
        return (statement, index) -> statement.setObject(index, value.atOffset(ZoneOffset.UTC));
    }
}
