package hanse.node.dispute;

import static hanse.schema.jooq.Tables.FOREIGN_DISPUTE;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ForeignDisputeRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of peers' disputes. Changed under the lock of the peer's position, so that it needs no lock of its own.
final class MirrorStore implements RowType<Mirror.Key, Mirror> {
    private static final int LOCK_ORDER = 41;

    private static final String FIND = "select " + Pipeline.columns(FOREIGN_DISPUTE)
            + " from foreign_dispute where (id, origin) in (select * from unnest(?::uuid[], ?::text[]))";

    private static final String PUT = """
            insert into foreign_dispute
              (id, origin, side, agent, opponent, kind, subject, state, filed_at, version, document, told_at,
               by_opponent, by_agent, proven)
            select * from unnest(?::uuid[], ?::text[], ?::smallint[], ?::uuid[], ?::text[], ?::smallint[], ?::uuid[],
              ?::smallint[], ?::timestamptz[], ?::bigint[], ?::bytea[], ?::timestamptz[], ?::smallint[],
              ?::smallint[], ?::boolean[])
            on conflict (id, origin) do update
            set state = excluded.state, filed_at = excluded.filed_at, version = excluded.version,
                document = excluded.document, by_opponent = excluded.by_opponent, by_agent = excluded.by_agent,
                proven = excluded.proven
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Mirror.Key> keys, Map<Mirror.Key, Mirror> found) {
        List<Mirror.Key> wanted = List.copyOf(keys);
        pipeline.records(
                FOREIGN_DISPUTE,
                FIND,
                row -> {
                    Mirror mirror = mirror(row);
                    found.put(mirror.key(), mirror);
                },
                Columns.uuids(wanted, Mirror.Key::id),
                Columns.texts(wanted, key -> key.origin().value()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Mirror> inserted, Collection<Mirror> updated) {
        put(pipeline, List.copyOf(inserted));
        put(pipeline, List.copyOf(updated));
    }

    private static void put(Pipeline pipeline, List<Mirror> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    PUT,
                    Columns.uuids(rows, m -> m.key().id()),
                    Columns.texts(rows, m -> m.key().origin().value()),
                    Columns.shorts(rows, m -> m.side().code()),
                    Columns.uuids(rows, m -> m.agent().value()),
                    Columns.texts(rows, m -> m.opponent().toString()),
                    Columns.shorts(rows, m -> m.subject().kind().code()),
                    Columns.uuids(rows, m -> m.subject().id()),
                    Columns.shorts(rows, m -> m.state().code()),
                    Columns.times(rows, m -> Optional.of(m.filedAt())),
                    Columns.longs(rows, Mirror::version),
                    Columns.bytes(rows, m -> m.document().toByteArray()),
                    Columns.times(rows, m -> Optional.of(m.toldAt())),
                    Columns.shorts(rows, m -> (short) m.byOpponent()),
                    Columns.shorts(rows, m -> (short) m.byAgent()),
                    Columns.booleans(rows, Mirror::proven));
        }
    }

    /// A peer's dispute with that id; of an agent, where one is named. Should two peers use the same id, it is that of
    /// the first: none hides another's.
    Optional<Mirror> find(Tx tx, UUID id, Optional<AgentId> agent) {
        return tx.sql()
                .selectFrom(FOREIGN_DISPUTE)
                .where(FOREIGN_DISPUTE.ID.eq(id))
                .and(of(agent))
                .orderBy(FOREIGN_DISPUTE.TOLD_AT, FOREIGN_DISPUTE.ORIGIN)
                .limit(1)
                .fetchOptional(MirrorStore::mirror);
    }

    /// A page, newest first.
    ///
    /// @param agent whose; empty for everyone's
    /// @param before the last one of the previous page
    List<Mirror> list(Tx tx, Optional<AgentId> agent, DisputeFilter filter, Optional<TimePage> before, int limit) {
        Condition after = before.<Condition>map(page ->
                        DSL.row(FOREIGN_DISPUTE.FILED_AT, FOREIGN_DISPUTE.ID).lt(page.at(), page.id()))
                .orElseGet(DSL::noCondition);
        return tx.sql()
                .selectFrom(FOREIGN_DISPUTE)
                .where(of(agent))
                .and(filter.party().map(MirrorStore::isParty).orElseGet(DSL::noCondition))
                .and(filter.state()
                        .map(state -> FOREIGN_DISPUTE.STATE.eq(state.code()))
                        .orElseGet(DSL::noCondition))
                .and(filter.kind()
                        .map(kind -> FOREIGN_DISPUTE.KIND.eq(kind.code()))
                        .orElseGet(DSL::noCondition))
                .and(filter.subject().map(FOREIGN_DISPUTE.SUBJECT::eq).orElseGet(DSL::noCondition))
                .and(after)
                .orderBy(FOREIGN_DISPUTE.FILED_AT.desc(), FOREIGN_DISPUTE.ID.desc())
                .limit(limit)
                .fetch(MirrorStore::mirror);
    }

    /// Whether one of `defendant`'s own dealings is disputed, told of after `since`.
    boolean isAccused(Tx tx, AgentId defendant, Instant since) {
        return tx.sql()
                .fetchExists(DSL.selectOne()
                        .from(FOREIGN_DISPUTE)
                        .where(FOREIGN_DISPUTE.AGENT.eq(defendant.value()))
                        .and(FOREIGN_DISPUTE.SIDE.eq(Mirror.Side.DEFENDANT.code()))
                        .and(FOREIGN_DISPUTE.STATE.ne(Dispute.State.CLOSED.code()))
                        .and(FOREIGN_DISPUTE.PROVEN)
                        .and(FOREIGN_DISPUTE.TOLD_AT.gt(since)));
    }

    /// What peers have told of.
    private static Condition of(Optional<AgentId> party) {
        return FOREIGN_DISPUTE
                .VERSION
                .gt(0L)
                .and(party.map(agent -> FOREIGN_DISPUTE.AGENT.eq(agent.value())).orElseGet(DSL::noCondition));
    }

    private static Condition isParty(Did agent) {
        return FOREIGN_DISPUTE
                .OPPONENT
                .eq(agent.toString())
                .or(FOREIGN_DISPUTE.AGENT.eq(agent.agent().value()));
    }

    private static Mirror mirror(ForeignDisputeRecord row) {
        try {
            hanse.dispute.v1.Dispute document = hanse.dispute.v1.Dispute.parseFrom(row.getDocument());
            return new Mirror(
                    new Mirror.Key(row.getId(), new RegistryId(row.getOrigin())),
                    Mirror.Side.of(row.getSide()),
                    new AgentId(row.getAgent()),
                    Did.parse(row.getOpponent()),
                    DisputeWire.subject(document.getSubject()),
                    Dispute.State.of(row.getState()),
                    row.getFiledAt(),
                    row.getVersion(),
                    document,
                    row.getToldAt(),
                    row.getByOpponent(),
                    row.getByAgent(),
                    row.getProven());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a dispute of a peer cannot be read", e);
        }
    }
}
