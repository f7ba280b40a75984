package hanse.node.federation;

import java.time.Instant;
import java.util.UUID;

/// Ids of messages: UUIDs of version 7, so that what is new is at one place of an index, here and at the peer.
public final class MessageId {
    private static final long RANDOM_A = 0xfffL;
    private static final long VERSION = 0x7000L;
    private static final long RANDOM_B = 0x3fff_ffff_ffff_ffffL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private MessageId() {}

    /// The id of the message that a request causes.
    ///
    /// @param request the request's key, as good as random
    public static UUID of(Instant now, UUID request) {
        long high = (now.toEpochMilli() << 16) | VERSION | (request.getMostSignificantBits() & RANDOM_A);
        return new UUID(high, VARIANT | (request.getLeastSignificantBits() & RANDOM_B));
    }
}
