package hanse.node.federation;

import hanse.wire.SignedText;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/// Ids of messages: UUIDs of version 7, so that what is new is at one place of an index, here and at the peer.
public final class MessageId {
    private static final long RANDOM_A = 0xfffL;
    private static final long VERSION = 0x7000L;
    private static final long RANDOM_B = 0x3fff_ffff_ffff_ffffL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private MessageId() {}

    /// A hash of what names a cause, as much of it as an id has room for.
    public static UUID hash(ByteBuffer content) {
        ByteBuffer hash = ByteBuffer.wrap(SignedText.sha256(content.array()));
        return new UUID(hash.getLong(), hash.getLong());
    }

    /// The id of the message that something causes.
    ///
    /// @param cause a request's key, or a hash: as good as random
    public static UUID of(Instant time, UUID cause) {
        long high = (time.toEpochMilli() << 16) | VERSION | (cause.getMostSignificantBits() & RANDOM_A);
        return new UUID(high, VARIANT | (cause.getLeastSignificantBits() & RANDOM_B));
    }
}
