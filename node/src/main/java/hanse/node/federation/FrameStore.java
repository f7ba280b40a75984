package hanse.node.federation;

import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.OUTBOX;

import com.google.protobuf.ByteString;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.FrameRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.impl.DSL;

/// The table of frames.
final class FrameStore implements RowType<UUID, Frame> {
    private static final int LOCK_ORDER = 40;

    private static final String LOCK =
            "select " + Pipeline.columns(FRAME) + " from frame where id = any(?) order by id for no key update";

    private static final String INSERT = """
            insert into frame (id, peer, state, payer, payee, amount, lane, payment, contract, milestone, attempt,
              bucket_day, request, prepared_at)
            select id, peer, ?, payer, payee, amount, lane, payment, contract, milestone, attempt, bucket_day, request, ?
            from unnest(?::uuid[], ?::text[], ?::uuid[], ?::uuid[], ?::bigint[], ?::integer[],
                ?::uuid[], ?::uuid[], ?::smallint[], ?::integer[], ?::integer[], ?::uuid[])
              as u (id, peer, payer, payee, amount, lane, payment, contract, milestone, attempt, bucket_day, request)
            """;

    private static final String END = """
            update frame f
            set state = u.state, refusal = u.refusal, ended_at = u.ended_at, proof = u.proof
            from unnest(?::uuid[], ?::smallint[], ?::smallint[], ?::timestamptz[], ?::bytea[])
              as u (id, state, refusal, ended_at, proof)
            where f.id = u.id
            """;

    private static final String ADVANCE = """
            update frame f
            set advanced_at = u.advanced_at
            from unnest(?::uuid[], ?::timestamptz[]) as u (id, advanced_at)
            where f.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Frame> found) {
        pipeline.records(FRAME, LOCK, row -> found.put(row.getId(), frame(row)), Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Frame> inserted, Collection<Frame> updated) {
        if (!inserted.isEmpty()) {
            List<Frame> rows = List.copyOf(inserted);
            pipeline.change(
                    INSERT,
                    Parameter.of(Frame.State.PREPARED.code()),
                    Parameter.of(pipeline.now()),
                    Columns.uuids(rows, Frame::id),
                    Columns.texts(rows, f -> f.peer().value()),
                    Columns.uuids(rows, f -> f.payer().value()),
                    Columns.uuids(rows, f -> f.payee().agent().value()),
                    Columns.longs(rows, f -> f.amount().micros()),
                    Columns.ints(rows, Frame::lane),
                    Columns.uuids(rows, f -> paid(f).payment().orElse(null)),
                    Columns.uuids(rows, f -> paid(f).contract().orElse(null)),
                    Columns.shorts(rows, f -> paid(f).milestone()),
                    Columns.ints(rows, f -> paid(f).attempt()),
                    Columns.ints(rows, Frame::bucketDay),
                    Columns.uuids(rows, f -> paid(f).request().orElse(null)));
        }
        // What is PREPARED changes by being advanced only, and what was PREPARED by its end.
        advance(pipeline, updated.stream().filter(Frame::isPrepared).toList());
        end(pipeline, updated.stream().filter(f -> !f.isPrepared()).toList());
    }

    private static void advance(Pipeline pipeline, List<Frame> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(), ADVANCE, Columns.uuids(rows, Frame::id), Columns.times(rows, Frame::advancedAt));
        }
    }

    private static void end(Pipeline pipeline, List<Frame> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    END,
                    Columns.uuids(rows, Frame::id),
                    Columns.shorts(rows, f -> f.state().code()),
                    Columns.shorts(rows, f -> Reasons.number(f.refusal())),
                    Columns.times(rows, Frame::endedAt),
                    Columns.bytes(rows, f -> f.proof().orElseThrow().toByteArray()));
        }
    }

    Optional<Frame> find(Tx tx, UUID id) {
        return tx.sql().selectFrom(FRAME).where(FRAME.ID.eq(id)).fetchOptional(FrameStore::frame);
    }

    Map<UUID, Frame> find(Tx tx, Collection<UUID> ids) {
        return tx.sql().selectFrom(FRAME).where(FRAME.ID.in(ids)).fetchMap(FRAME.ID, FrameStore::frame);
    }

    /// The oldest of an agent's to a peer that has no outcome.
    Optional<UUID> underWay(Tx tx, RegistryId peer, AgentId payer) {
        return tx.sql()
                .select(FRAME.ID)
                .from(OUTBOX)
                .join(FRAME)
                .on(FRAME.ID.eq(OUTBOX.ID))
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(FRAME.PAYER.eq(payer.value()))
                .orderBy(FRAME.ID)
                .limit(1)
                .fetchOptional(FRAME.ID);
    }

    /// A page of those to a peer that have no outcome, by id. Looks through what is on its way, which is little, and
    /// not through all frames.
    List<Frame> underWay(Tx tx, RegistryId peer, UUID after, int limit) {
        return tx.sql()
                .select(FRAME.fields())
                .from(OUTBOX)
                .join(FRAME)
                .on(FRAME.ID.eq(OUTBOX.ID))
                .where(OUTBOX.PEER.eq(peer.value()))
                .and(OUTBOX.ID.gt(after))
                .orderBy(OUTBOX.ID)
                .limit(limit)
                .fetch(row -> frame(row.into(FRAME)));
    }

    /// A page of those to a peer that were advanced, whatever has become of them, by id.
    List<Frame> advanced(Tx tx, RegistryId peer, UUID after, int limit) {
        return tx.sql()
                .selectFrom(FRAME)
                .where(FRAME.PEER.eq(peer.value()))
                .and(FRAME.ID.gt(after))
                .and(FRAME.ADVANCED_AT.isNotNull())
                .orderBy(FRAME.ID)
                .limit(limit)
                .fetch(FrameStore::frame);
    }

    /// Whether an agent has money on its way that may come back to it.
    boolean isUnderWay(Tx tx, AgentId payer) {
        return tx.sql()
                .fetchExists(DSL.selectOne()
                        .from(OUTBOX)
                        .join(FRAME)
                        .on(FRAME.ID.eq(OUTBOX.ID))
                        .where(FRAME.PAYER.eq(payer.value()))
                        .and(FRAME.ADVANCED_AT.isNull()));
    }

    /// A purpose as its columns hold it.
    private record Paid(
            Optional<UUID> payment, Optional<UUID> contract, short milestone, int attempt, Optional<UUID> request) {}

    private static Paid paid(Frame frame) {
        return switch (frame.purpose()) {
            case Frame.Purpose.Transfer(Optional<UUID> request) ->
                new Paid(Optional.empty(), Optional.empty(), (short) 0, 0, request);
            case Frame.Purpose.Settlement(UUID payment, int attempt, Optional<Frame.Purpose.Milestone> bound) ->
                new Paid(
                        Optional.of(payment),
                        bound.map(Frame.Purpose.Milestone::contract),
                        bound.map(milestone -> (short) milestone.number()).orElse((short) 0),
                        attempt,
                        Optional.empty());
            case Frame.Purpose.Milestone(UUID contract, int number, int attempt) ->
                new Paid(Optional.empty(), Optional.of(contract), (short) number, attempt, Optional.empty());
        };
    }

    private static Frame.Purpose purpose(FrameRecord row) {
        Optional<Frame.Purpose.Milestone> milestone = Optional.ofNullable(row.getContract())
                .map(contract -> new Frame.Purpose.Milestone(contract, row.getMilestone(), row.getAttempt()));
        return Optional.ofNullable(row.getPayment())
                .<Frame.Purpose>map(payment -> new Frame.Purpose.Settlement(payment, row.getAttempt(), milestone))
                .or(() -> milestone)
                .orElseGet(() -> new Frame.Purpose.Transfer(Optional.ofNullable(row.getRequest())));
    }

    static Frame frame(FrameRecord row) {
        return new Frame(
                row.getId(),
                Frame.State.of(row.getState()),
                new AgentId(row.getPayer()),
                new Did(new RegistryId(row.getPeer()), new AgentId(row.getPayee())),
                new Avt(row.getAmount()),
                row.getLane(),
                purpose(row),
                row.getBucketDay(),
                row.getPreparedAt(),
                Optional.ofNullable(row.getAdvancedAt()),
                Optional.ofNullable(row.getEndedAt()),
                Reasons.of(row.getRefusal()),
                Optional.ofNullable(row.getProof()).map(ByteString::copyFrom));
    }
}
