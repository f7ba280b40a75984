package hanse.node.event;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;

/// How far a watcher is: for each lane the number of the last entry it has passed. A lane that is not named came into
/// being later; all of it lies ahead. On the wire: base64url of a version byte, a check sum that includes the
/// registry's name, and pairs of variable-length integers, (lane less the lane before it, number).
///
/// @param numbers lane → number of an entry
record WatchPosition(SortedMap<Integer, Long> numbers) {
    /// Before the first entry of every lane.
    static final WatchPosition START = new WatchPosition(new TreeMap<>());

    private static final byte VERSION = 1;
    private static final int HEADER = 1 + Integer.BYTES;
    private static final int LONGEST_PAIR = 3 + 6;
    private static final int MOST_LANES = 30_000;

    /// After all that is committed.
    static WatchPosition of(Collection<Ledger.Head> heads) {
        SortedMap<Integer, Long> numbers = new TreeMap<>();
        heads.forEach(head -> numbers.put(head.lane(), head.number()));
        return new WatchPosition(numbers);
    }

    /// The number of the last entry of a lane that lies behind.
    long in(int lane) {
        return numbers.getOrDefault(lane, 0L);
    }

    /// Whether an entry lies behind.
    boolean covers(Position position) {
        return position.number() <= in(position.lane());
    }

    /// This one, and `position` passed as well.
    WatchPosition passing(Position position) {
        SortedMap<Integer, Long> more = new TreeMap<>(numbers);
        more.merge(position.lane(), position.number(), Math::max);
        return new WatchPosition(more);
    }

    /// What lies behind this one or `other`.
    WatchPosition and(WatchPosition other) {
        SortedMap<Integer, Long> more = new TreeMap<>(numbers);
        other.numbers.forEach((lane, number) -> more.merge(lane, number, Math::max));
        return new WatchPosition(more);
    }

    /// How many entries lie between this one and a later one.
    long distanceTo(WatchPosition later) {
        long distance = 0;
        for (Map.Entry<Integer, Long> lane : later.numbers.entrySet()) {
            distance += Math.max(0, lane.getValue() - in(lane.getKey()));
        }
        return distance;
    }

    String encode(RegistryId registry) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + numbers.size() * LONGEST_PAIR);
        bytes.position(HEADER);
        int before = 0;
        for (Map.Entry<Integer, Long> lane : numbers.entrySet()) {
            put(bytes, lane.getKey() - before);
            put(bytes, lane.getValue());
            before = lane.getKey();
        }
        bytes.flip();
        bytes.put(0, VERSION).putInt(1, checkSum(registry, bytes));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes.array(), bytes.limit()));
    }

    /// Reads what [#encode] wrote, for the same registry. Refuses with `BAD_WATCH_POSITION`.
    static WatchPosition decode(String text, RegistryId registry) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw bad();
        }
        if (bytes.limit() < HEADER || bytes.get(0) != VERSION || bytes.getInt(1) != checkSum(registry, bytes)) {
            throw bad();
        }
        bytes.position(HEADER);
        SortedMap<Integer, Long> numbers = new TreeMap<>();
        long lane = 0;
        while (bytes.hasRemaining()) {
            long step = get(bytes);
            lane += step;
            long number = get(bytes);
            if (step < 1 || lane > MOST_LANES || number > Position.MOST) {
                throw bad();
            }
            numbers.put((int) lane, number);
        }
        return new WatchPosition(numbers);
    }

    /// Refuses with `BAD_WATCH_POSITION` what lies ahead of everything there is: another database's position.
    void requireWithin(WatchPosition end) {
        numbers.forEach((lane, number) -> {
            if (number > end.in(lane)) {
                throw bad();
            }
        });
    }

    private static RefusedException bad() {
        return new RefusedException(Reason.BAD_WATCH_POSITION);
    }

    private static int checkSum(RegistryId registry, ByteBuffer bytes) {
        CRC32 sum = new CRC32();
        sum.update(registry.value().getBytes(StandardCharsets.UTF_8));
        sum.update(bytes.array(), HEADER, bytes.limit() - HEADER);
        return (int) sum.getValue();
    }

    private static void put(ByteBuffer bytes, long value) {
        long rest = value;
        while (rest >= 0x80) {
            bytes.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        bytes.put((byte) rest);
    }

    private static long get(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 7; shift += 7) {
            if (!bytes.hasRemaining()) {
                throw bad();
            }
            byte next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw bad();
    }
}
