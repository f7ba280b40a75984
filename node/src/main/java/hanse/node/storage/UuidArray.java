package hanse.node.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/// A `uuid[]` in PostgreSQL's binary form. The driver would write it as text, which the server takes longer to read
/// than to store; it sends this form where [Connections] has asked for it, and text elsewhere.
final class UuidArray extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1;
    private static final int UUID_OID = 2950;
    private static final int HEADER = 5 * Integer.BYTES;
    private static final int EMPTY_HEADER = 3 * Integer.BYTES;
    private static final int NULL = -1;
    private static final int LENGTH = 2 * Long.BYTES;

    private final @Nullable UUID[] values;

    UuidArray(@Nullable UUID[] values) {
        this.type = "_uuid";
        this.values = values;
    }

    @Override
    public int lengthInBytes() {
        if (values.length == 0) {
            return EMPTY_HEADER;
        }
        int length = HEADER;
        for (UUID value : values) {
            length += Integer.BYTES + (value == null ? 0 : LENGTH);
        }
        return length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
        boolean holes = Arrays.asList(values).contains(null);
        ByteBuffer bytes = ByteBuffer.wrap(target, offset, lengthInBytes());
        bytes.putInt(values.length == 0 ? 0 : 1).putInt(holes ? 1 : 0).putInt(UUID_OID);
        if (values.length > 0) {
            bytes.putInt(values.length).putInt(1);
        }
        for (UUID value : values) {
            if (value == null) {
                bytes.putInt(NULL);
            } else {
                bytes.putInt(LENGTH).putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
            }
        }
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("only ever sent");
    }

    @Override
    public String getValue() {
        return Arrays.stream(values).map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UuidArray array && Arrays.equals(values, array.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
