package hanse.node.federation;

import static hanse.schema.jooq.Tables.OUTBOX;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.federation.v1.Message;
import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.ledger.Rows;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.impl.DSL;

/// The table of messages that have no outcome. A row is written and deleted under the lock of what the message is
/// about, so it needs none of its own.
final class OutboxStore implements RowType<OutboxStore.Key, OutboxStore.Change> {
    private static final int LOCK_ORDER = 50;

    /// What was set aside is tried again after so long: the peer may have been upgraded.
    private static final Duration ASIDE = Duration.ofHours(1);

    private static final String INSERT = """
            insert into outbox (created_at, peer, id, message)
            select ?, peer, id, message
            from unnest(?::text[], ?::uuid[], ?::bytea[]) as u (peer, id, message)
            """;

    private static final String DELETE = """
            delete from outbox o
            using unnest(?::text[], ?::uuid[]) as u (peer, id)
            where o.peer = u.peer and o.id = u.id
            """;

    /// Which message.
    record Key(RegistryId peer, UUID id) {}

    /// What becomes of a row.
    sealed interface Change {
        /// It begins.
        record Sent(Outgoing message) implements Change {}

        /// It ends; no matter if it has before.
        record Answered(Key key) implements Change {}
    }

    void send(Rows rows, Outgoing message) {
        rows.insertFresh(this, new Key(message.peer(), message.id()), new Change.Sent(message));
    }

    void answered(Rows rows, RegistryId peer, UUID id) {
        Key key = new Key(peer, id);
        if (rows.get(this, key).isEmpty()) {
            rows.insertFresh(this, key, new Change.Answered(key));
        }
    }

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Key> keys, Map<Key, Change> found) {}

    @Override
    public void write(Pipeline pipeline, Collection<Change> inserted, Collection<Change> updated) {
        List<Outgoing> sent = new ArrayList<>();
        List<Key> answered = new ArrayList<>();
        for (Change change : inserted) {
            switch (change) {
                case Change.Sent begun -> sent.add(begun.message());
                case Change.Answered ended -> answered.add(ended.key());
            }
        }
        if (!sent.isEmpty()) {
            pipeline.change(
                    INSERT,
                    Parameter.of(pipeline.now()),
                    Columns.texts(sent, m -> m.peer().value()),
                    Columns.uuids(sent, Outgoing::id),
                    Columns.bytes(sent, m -> m.message().toByteArray()));
        }
        if (!answered.isEmpty()) {
            pipeline.change(DELETE, Columns.texts(answered, k -> k.peer().value()), Columns.uuids(answered, Key::id));
        }
    }

    /// A row that was not read yet: what cannot be is no reason not to see the others.
    record Row(UUID id, byte[] message) {}

    /// A message that is not sent for now.
    ///
    /// @param kind its body's name; empty where it cannot be read
    record Aside(UUID id, String kind, Instant since, Instant asideAt, String reason) {}

    /// The oldest messages to a peer that are to be sent: ids begin with the time.
    ///
    /// @param after where an earlier look has ended
    List<Row> oldest(Tx tx, RegistryId peer, Optional<UUID> after, int limit) {
        return tx.sql()
                .select(OUTBOX.ID, OUTBOX.MESSAGE)
                .from(OUTBOX)
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(OUTBOX.ASIDE_AT.isNull().or(OUTBOX.ASIDE_AT.lt(tx.now().minus(ASIDE))))
                .and(after.map(OUTBOX.ID::gt).orElseGet(DSL::noCondition))
                .orderBy(OUTBOX.ID)
                .limit(limit)
                .fetch(row -> new Row(row.value1(), row.value2()));
    }

    /// Sends a message no more for now; nothing where it has its outcome.
    void setAside(Tx tx, RegistryId peer, UUID id, String reason) {
        tx.sql()
                .update(OUTBOX)
                .set(OUTBOX.ASIDE_AT, tx.now())
                .set(OUTBOX.ASIDE_FOR, reason)
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(OUTBOX.ID.eq(id))
                .execute();
    }

    /// What is set aside, oldest first.
    List<Aside> aside(Tx tx, RegistryId peer, UUID after, int limit) {
        return tx.sql()
                .selectFrom(OUTBOX)
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(OUTBOX.ASIDE_AT.isNotNull())
                .and(OUTBOX.ID.gt(after))
                .orderBy(OUTBOX.ID)
                .limit(limit)
                .fetch(row -> new Aside(
                        row.getId(), kind(row.getMessage()), row.getCreatedAt(), row.getAsideAt(), row.getAsideFor()));
    }

    /// What has no outcome of a peer.
    ///
    /// @param aside how many of the messages are set aside
    record Waiting(int messages, int aside, Optional<Instant> oldest) {}

    Waiting waiting(Tx tx, RegistryId peer) {
        return tx.sql()
                .select(DSL.count(), DSL.count(OUTBOX.ASIDE_AT), DSL.min(OUTBOX.CREATED_AT))
                .from(OUTBOX)
                .where(OUTBOX.PEER.eq(peer.value()))
                .fetchSingle(row -> new Waiting(row.value1(), row.value2(), Optional.ofNullable(row.value3())));
    }

    /// Sends again what is set aside.
    ///
    /// @param id of the one; empty for all to that peer
    /// @return how many
    int retry(Tx tx, RegistryId peer, Optional<UUID> id) {
        return tx.sql()
                .update(OUTBOX)
                .setNull(OUTBOX.ASIDE_AT)
                .setNull(OUTBOX.ASIDE_FOR)
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(OUTBOX.ASIDE_AT.isNotNull())
                .and(id.map(OUTBOX.ID::eq).orElseGet(DSL::noCondition))
                .execute();
    }

    private static String kind(byte[] message) {
        try {
            return Message.parseFrom(message).getBodyCase().name();
        } catch (InvalidProtocolBufferException e) {
            return "";
        }
    }

    Optional<Outgoing> find(Tx tx, RegistryId peer, UUID id) {
        return tx.sql()
                .select(OUTBOX.MESSAGE)
                .from(OUTBOX)
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(OUTBOX.ID.eq(id))
                .fetchOptional(row -> Outgoing.parse(peer, id, row.value1()));
    }
}
