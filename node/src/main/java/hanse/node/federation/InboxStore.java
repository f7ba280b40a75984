package hanse.node.federation;

import static hanse.schema.jooq.Tables.INBOX;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Outcome;
import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.impl.DSL;

/// The table of decided messages. Rows are only ever added, under the lock of the peer's position, which keeps two
/// transactions from deciding one message; so they need no lock of their own.
final class InboxStore implements RowType<InboxStore.Key, InboxStore.Decided> {
    private static final int LOCK_ORDER = 30;

    private static final String INSERT = """
            insert into inbox (id, peer, outcome)
            select id, peer, outcome
            from unnest(?::uuid[], ?::text[], ?::bytea[]) as u (id, peer, outcome)
            """;

    /// Whose message.
    record Key(UUID id, RegistryId peer) {}

    /// A message that was decided.
    record Decided(Key key, Outcome outcome) {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public Map<Key, Decided> lock(Tx tx, Set<Key> keys) {
        Map<Key, Decided> found = new HashMap<>();
        tx.sql()
                .select(INBOX.ID, INBOX.PEER, INBOX.OUTCOME)
                .from(INBOX)
                .where(INBOX.ID.eq(DSL.any(keys.stream().map(Key::id).toArray(UUID[]::new))))
                .forEach(row -> {
                    Key key = new Key(row.value1(), new RegistryId(row.value2()));
                    if (keys.contains(key)) {
                        found.put(key, new Decided(key, parse(row.value3())));
                    }
                });
        return found;
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
                Columns.bytes(rows, d -> d.outcome().toByteArray()));
    }

    private static Outcome parse(byte[] outcome) {
        try {
            return Outcome.parseFrom(outcome);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a stored outcome cannot be read", e);
        }
    }
}
