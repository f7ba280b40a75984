package hanse.node.federation;

import static hanse.schema.jooq.Tables.RELAY;

import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.RelayRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The table of requests that were passed on.
final class RelayStore implements RowType<UUID, Relay> {
    private static final int LOCK_ORDER = 37;

    private static final String LOCK = "select " + Pipeline.columns(RELAY)
            + " from relay where message = any(?) order by message for no key update";

    private static final String INSERT = """
            insert into relay (message, about, state, asked_at)
            select * from unnest(?::uuid[], ?::uuid[], ?::smallint[], ?::timestamptz[])
            """;

    private static final String UPDATE = """
            update relay r
            set state = u.state, refusal = u.refusal
            from unnest(?::uuid[], ?::smallint[], ?::smallint[]) as u (message, state, refusal)
            where r.message = u.message
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> messages, Map<UUID, Relay> found) {
        pipeline.records(RELAY, LOCK, row -> found.put(row.getMessage(), relay(row)), Columns.uuids(messages));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Relay> inserted, Collection<Relay> updated) {
        if (!inserted.isEmpty()) {
            List<Relay> rows = List.copyOf(inserted);
            pipeline.change(
                    INSERT,
                    Columns.uuids(rows, Relay::message),
                    Columns.uuids(rows, Relay::about),
                    Columns.shorts(rows, r -> r.state().code()),
                    Columns.times(rows, r -> Optional.of(r.askedAt())));
        }
        if (!updated.isEmpty()) {
            List<Relay> rows = List.copyOf(updated);
            pipeline.changeExactly(
                    rows.size(),
                    UPDATE,
                    Columns.uuids(rows, Relay::message),
                    Columns.shorts(rows, r -> r.state().code()),
                    Columns.shorts(rows, r -> Reasons.number(r.refusal())));
        }
    }

    Optional<Relay> find(Tx tx, UUID message) {
        return tx.sql().selectFrom(RELAY).where(RELAY.MESSAGE.eq(message)).fetchOptional(RelayStore::relay);
    }

    private static Relay relay(RelayRecord row) {
        return new Relay(
                row.getMessage(),
                row.getAbout(),
                Relay.State.of(row.getState()),
                Reasons.of(row.getRefusal()),
                row.getAskedAt());
    }
}
