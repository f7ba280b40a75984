package hanse.peer;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/// The ids of messages: 16 bytes on the wire, a UUID in memory, most significant byte first.
public final class MessageIds {
    private static final int SIZE = 16;

    private MessageIds() {}

    public static ByteString bytes(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(SIZE)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }

    /// Empty when there are not exactly 16 bytes.
    public static Optional<UUID> parse(ByteString bytes) {
        if (bytes.size() != SIZE) {
            return Optional.empty();
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return Optional.of(new UUID(buffer.getLong(), buffer.getLong()));
    }
}
