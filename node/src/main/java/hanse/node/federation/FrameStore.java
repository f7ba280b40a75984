package hanse.node.federation;

import static hanse.schema.jooq.Tables.FRAME;
import static hanse.schema.jooq.Tables.OUTBOX;

import com.google.protobuf.ByteString;
import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.FrameRecord;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.impl.DSL;

/// The table of frames.
final class FrameStore implements RowType<UUID, Frame> {
    private static final int LOCK_ORDER = 40;

    private static final String INSERT = """
            insert into frame (id, peer, state, payer, payee, amount, lane, payment, attempt, bucket_day, prepared_at)
            select id, peer, {0}, payer, payee, amount, lane, payment, attempt, bucket_day, {1}
            from unnest({2}::uuid[], {3}::text[], {4}::uuid[], {5}::uuid[], {6}::bigint[], {7}::integer[],
                {8}::uuid[], {9}::integer[], {10}::integer[])
              as u (id, peer, payer, payee, amount, lane, payment, attempt, bucket_day)
            """;

    private static final String END = """
            update frame f
            set state = u.state, refusal = u.refusal, ended_at = u.ended_at, proof = u.proof
            from unnest({0}::uuid[], {1}::smallint[], {2}::smallint[], {3}::timestamptz[], {4}::bytea[])
              as u (id, state, refusal, ended_at, proof)
            where f.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public Map<UUID, Frame> lock(Tx tx, Set<UUID> ids) {
        Map<UUID, Frame> found = HashMap.newHashMap(ids.size());
        tx.sql()
                .selectFrom(FRAME)
                .where(FRAME.ID.eq(DSL.any(ids.toArray(UUID[]::new))))
                .orderBy(FRAME.ID)
                .forNoKeyUpdate()
                .forEach(row -> found.put(row.getId(), frame(row)));
        return found;
    }

    @Override
    public void write(Tx tx, Collection<Frame> inserted, Collection<Frame> updated) {
        if (!inserted.isEmpty()) {
            List<Frame> rows = List.copyOf(inserted);
            tx.sql()
                    .execute(
                            INSERT,
                            DSL.val(Frame.State.PREPARED.code()),
                            DSL.val(tx.now().atOffset(ZoneOffset.UTC)),
                            Columns.of(rows, UUID[]::new, Frame::id),
                            Columns.of(rows, String[]::new, f -> f.peer().value()),
                            Columns.of(rows, UUID[]::new, f -> f.payer().value()),
                            Columns.of(rows, UUID[]::new, f -> f.payee().agent().value()),
                            Columns.of(rows, Long[]::new, f -> f.amount().micros()),
                            Columns.of(rows, Integer[]::new, Frame::lane),
                            Columns.of(
                                    rows,
                                    UUID[]::new,
                                    f -> settlement(f)
                                            .map(Frame.Purpose.Settlement::payment)
                                            .orElse(null)),
                            Columns.of(
                                    rows,
                                    Integer[]::new,
                                    f -> settlement(f)
                                            .map(Frame.Purpose.Settlement::attempt)
                                            .orElse(0)),
                            Columns.of(rows, Integer[]::new, Frame::bucketDay));
        }
        if (!updated.isEmpty()) {
            List<Frame> rows = List.copyOf(updated);
            tx.sql()
                    .execute(
                            END,
                            Columns.of(rows, UUID[]::new, Frame::id),
                            Columns.of(rows, Short[]::new, f -> f.state().code()),
                            Columns.of(
                                    rows,
                                    Short[]::new,
                                    f -> f.refusal()
                                            .map(reason -> (short) reason.getNumber())
                                            .orElse((short) 0)),
                            Columns.of(
                                    rows,
                                    OffsetDateTime[]::new,
                                    f -> f.endedAt()
                                            .map(at -> at.atOffset(ZoneOffset.UTC))
                                            .orElseThrow()),
                            Columns.of(
                                    rows,
                                    byte[][]::new,
                                    f -> f.proof().map(ByteString::toByteArray).orElseThrow()));
        }
    }

    Optional<Frame> find(Tx tx, UUID id) {
        return tx.sql().selectFrom(FRAME).where(FRAME.ID.eq(id)).fetchOptional(FrameStore::frame);
    }

    /// Whether an agent has money on its way. Looks through what is on its way, which is little, and not through all
    /// frames.
    boolean isUnderWay(Tx tx, AgentId payer) {
        return tx.sql()
                .fetchExists(DSL.selectOne()
                        .from(OUTBOX)
                        .join(FRAME)
                        .on(FRAME.ID.eq(OUTBOX.ID))
                        .where(FRAME.PAYER.eq(payer.value())));
    }

    private static Optional<Frame.Purpose.Settlement> settlement(Frame frame) {
        return frame.purpose() instanceof Frame.Purpose.Settlement settlement
                ? Optional.of(settlement)
                : Optional.empty();
    }

    private static Frame frame(FrameRecord row) {
        return new Frame(
                row.getId(),
                Frame.State.of(row.getState()),
                new AgentId(row.getPayer()),
                new Did(new RegistryId(row.getPeer()), new AgentId(row.getPayee())),
                new Avt(row.getAmount()),
                row.getLane(),
                row.getPayment() == null
                        ? new Frame.Purpose.Transfer()
                        : new Frame.Purpose.Settlement(row.getPayment(), row.getAttempt()),
                row.getBucketDay(),
                row.getPreparedAt(),
                Optional.ofNullable(row.getEndedAt()),
                row.getRefusal() == 0 ? Optional.empty() : Optional.ofNullable(Reason.forNumber(row.getRefusal())),
                Optional.ofNullable(row.getProof()).map(ByteString::copyFrom));
    }
}
