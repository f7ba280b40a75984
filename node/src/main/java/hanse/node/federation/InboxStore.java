package hanse.node.federation;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Outcome;
import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The table of decided messages. Rows are only ever added, under the lock of the peer's position, which keeps two
/// transactions from deciding one message; so they need no lock of their own.
final class InboxStore implements RowType<InboxStore.Key, InboxStore.Decided> {
    private static final int LOCK_ORDER = 30;

    private static final String FIND = "select id, peer, outcome from inbox where id = any(?)";

    private static final String INSERT = """
            insert into inbox (id, peer, outcome, bucket_day, micros)
            select id, peer, outcome, bucket_day, micros
            from unnest(?::uuid[], ?::text[], ?::bytea[], ?::integer[], ?::bigint[])
              as u (id, peer, outcome, bucket_day, micros)
            """;

    /// Whose message.
    record Key(UUID id, RegistryId peer) {}

    /// What a message has credited here, for the statement of its day.
    record Credited(int bucketDay, long micros) {}

    /// A message that was decided.
    ///
    /// @param credited empty for one that was read: nobody asks then
    record Decided(Key key, Outcome outcome, Optional<Credited> credited) {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Key> keys, Map<Key, Decided> found) {
        pipeline.query(
                FIND,
                row -> {
                    Key key = new Key(row.getObject(1, UUID.class), new RegistryId(row.getString(2)));
                    if (keys.contains(key)) {
                        found.put(key, new Decided(key, parse(row.getBytes(3)), Optional.empty()));
                    }
                },
                Columns.uuids(keys.stream().map(Key::id).toList()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Decided> inserted, Collection<Decided> updated) {
        if (!updated.isEmpty()) {
            throw new IllegalStateException("a decision is final");
        }
        List<Decided> rows = List.copyOf(inserted);
        pipeline.change(
                INSERT,
                Columns.uuids(rows, d -> d.key().id()),
                Columns.texts(rows, d -> d.key().peer().value()),
                Columns.bytes(rows, d -> d.outcome().toByteArray()),
                Columns.ints(rows, d -> d.credited().map(Credited::bucketDay).orElse(null)),
                Columns.longs(rows, d -> d.credited().map(Credited::micros).orElse(null)));
    }

    private static Outcome parse(byte[] outcome) {
        try {
            return Outcome.parseFrom(outcome);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored outcome cannot be read", e);
        }
    }
}
