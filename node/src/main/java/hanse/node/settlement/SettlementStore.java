package hanse.node.settlement;

import static hanse.schema.jooq.Tables.SETTLEMENT;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.dispute.Claim;
import hanse.node.dispute.Slash;
import hanse.node.dispute.Subject;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.SettlementRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of settlements.
final class SettlementStore implements RowType<UUID, Settlement> {
    private static final int LOCK_ORDER = 29;

    private static final String LOCK = "select " + Pipeline.columns(SETTLEMENT)
            + " from settlement where id = any(?) order by id for no key update";

    private static final String INSERT = """
            insert into settlement (id, role, peer, dispute, kind, subject, part, complainant, defendant, reason, requested, cited,
              filed_at, opened_at, expires_at, payer, state, final)
            select id, role, peer, dispute, kind, subject, part, complainant, defendant, reason, requested, cited::uuid[],
              filed_at, opened_at, expires_at, payer, 1, false
            from unnest(?::uuid[], ?::smallint[], ?::text[], ?::uuid[], ?::smallint[], ?::uuid[], ?::text[], ?::text[], ?::text[],
                ?::text[], ?::bigint[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::uuid[])
              as u (id, role, peer, dispute, kind, subject, part, complainant, defendant, reason, requested, cited, filed_at,
                opened_at, expires_at, payer)
            """;

    private static final String UPDATE = """
            update settlement s
            set state = u.state, final = u.final, held = u.held, bond_held = u.bond_held, reserved = u.reserved,
              burned = u.burned, mitigated = u.mitigated, failure = u.failure, ended_at = u.ended_at, steps = u.steps
            from unnest(?::uuid[], ?::smallint[], ?::boolean[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                ?::bigint[], ?::smallint[], ?::timestamptz[], ?::integer[])
              as u (id, state, final, held, bond_held, reserved, burned, mitigated, failure, ended_at, steps)
            where s.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Settlement> found) {
        pipeline.records(SETTLEMENT, LOCK, row -> found.put(row.getId(), settlement(row)), Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Settlement> inserted, Collection<Settlement> updated) {
        if (!inserted.isEmpty()) {
            insert(pipeline, List.copyOf(inserted));
            update(pipeline, List.copyOf(inserted));
        }
        if (!updated.isEmpty()) {
            update(pipeline, List.copyOf(updated));
        }
    }

    private static void insert(Pipeline pipeline, List<Settlement> rows) {
        pipeline.changeExactly(
                rows.size(),
                INSERT,
                Columns.uuids(rows, Settlement::id),
                Columns.shorts(rows, s -> s.role().code()),
                Columns.texts(rows, s -> s.peer().map(RegistryId::value).orElse(null)),
                Columns.uuids(rows, s -> s.claim().dispute()),
                Columns.shorts(rows, s -> s.claim().subject().kind().code()),
                Columns.uuids(rows, s -> s.claim().subject().id()),
                Columns.texts(rows, s -> s.claim().subject().part()),
                Columns.texts(rows, s -> s.claim().complainant().toString()),
                Columns.texts(rows, s -> s.claim().defendant().toString()),
                Columns.texts(rows, s -> s.claim().note()),
                Columns.longs(rows, s -> s.claim().amount().micros()),
                Columns.texts(rows, s -> array(s.claim().cited())),
                Columns.times(rows, s -> Optional.of(s.claim().filedAt())),
                Columns.times(rows, s -> Optional.of(s.openedAt())),
                Columns.times(rows, s -> Optional.of(s.expiresAt())),
                Columns.uuids(rows, s -> s.localDefendant().map(AgentId::value).orElse(null)));
    }

    /// PostgreSQL's text of an array: an array of arrays must not be ragged, an array of texts may.
    private static String array(List<UUID> ids) {
        return ids.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private static void update(Pipeline pipeline, List<Settlement> rows) {
        pipeline.changeExactly(
                rows.size(),
                UPDATE,
                Columns.uuids(rows, Settlement::id),
                Columns.shorts(rows, s -> s.state().code()),
                Columns.booleans(rows, Settlement::isFinal),
                Columns.longs(rows, s -> s.held().account().micros()),
                Columns.longs(rows, s -> s.held().bond().micros()),
                Columns.longs(rows, s -> s.reserved().micros()),
                Columns.longs(rows, s -> s.burned().micros()),
                Columns.longs(rows, s -> s.mitigated().micros()),
                Columns.shorts(rows, s -> Reasons.number(s.failure())),
                Columns.times(rows, Settlement::endedAt),
                Columns.ints(rows, Settlement::steps));
    }

    Optional<Settlement> find(Tx tx, UUID id) {
        return tx.sql().selectFrom(SETTLEMENT).where(SETTLEMENT.ID.eq(id)).fetchOptional(SettlementStore::settlement);
    }

    /// A page, newest first.
    ///
    /// @param before the last one of the previous page
    List<Settlement> list(Tx tx, Optional<Settlement.State> state, Optional<TimePage> before, int limit) {
        Condition after = before.<Condition>map(
                        page -> DSL.row(SETTLEMENT.OPENED_AT, SETTLEMENT.ID).lt(page.at(), page.id()))
                .orElseGet(DSL::noCondition);
        return tx.sql()
                .selectFrom(SETTLEMENT)
                .where(state.map(wanted -> SETTLEMENT.STATE.eq(wanted.code())).orElseGet(DSL::noCondition))
                .and(after)
                .orderBy(SETTLEMENT.OPENED_AT.desc(), SETTLEMENT.ID.desc())
                .limit(limit)
                .fetch(SettlementStore::settlement);
    }

    /// What waits and has expired.
    List<UUID> overdue(Tx tx, Instant now, int limit) {
        return tx.sql()
                .select(SETTLEMENT.ID)
                .from(SETTLEMENT)
                .where(SETTLEMENT.STATE.eq(Settlement.State.PENDING_SLASH.code()))
                .and(SETTLEMENT.EXPIRES_AT.le(now))
                .orderBy(SETTLEMENT.EXPIRES_AT)
                .limit(limit)
                .fetch(SETTLEMENT.ID);
    }

    /// Whether a slash of an agent of this registry waits for the operator.
    boolean isQueued(Tx tx, AgentId defendant) {
        return tx.sql()
                .fetchExists(DSL.selectOne()
                        .from(SETTLEMENT)
                        .where(SETTLEMENT.PAYER.eq(defendant.value()))
                        .and(SETTLEMENT.STATE.eq(Settlement.State.PENDING_SLASH.code())));
    }

    /// What waits for this registry's operator, and how much of that expires before `soon`.
    Queue queue(Tx tx, Instant soon) {
        Condition held =
                SETTLEMENT.STATE.eq(Settlement.State.PENDING_SLASH.code()).and(SETTLEMENT.ROLE.eq(HOME));
        return tx.sql()
                .select(DSL.count(), DSL.count().filterWhere(SETTLEMENT.EXPIRES_AT.le(soon)))
                .from(SETTLEMENT)
                .where(held)
                .fetchSingle(row -> new Queue(row.value1(), row.value2()));
    }

    /// How many wait.
    ///
    /// @param expiring of these, soon to expire
    record Queue(int held, int expiring) {}

    private static final short HOME = Settlement.Role.HOME.code();

    /// Those that wait for the operator, expire before `soon`, and of which nobody was told; from now on somebody was.
    List<UUID> alert(Tx tx, Instant soon) {
        return tx.sql()
                .update(SETTLEMENT)
                .set(SETTLEMENT.ALERTED, true)
                .where(SETTLEMENT.STATE.eq(Settlement.State.PENDING_SLASH.code()))
                .and(SETTLEMENT.ROLE.eq(HOME))
                .and(SETTLEMENT.EXPIRES_AT.le(soon))
                .and(SETTLEMENT.ALERTED.isFalse())
                .returningResult(SETTLEMENT.ID)
                .fetch(row -> row.value1());
    }

    private static Settlement settlement(SettlementRecord row) {
        return new Settlement(
                row.getId(),
                Settlement.Role.of(row.getRole()),
                Optional.ofNullable(row.getPeer()).map(RegistryId::new),
                new Claim(
                        row.getDispute(),
                        new Subject(Subject.Kind.of(row.getKind()), row.getSubject(), row.getPart()),
                        Did.parse(row.getComplainant()),
                        Did.parse(row.getDefendant()),
                        new Avt(row.getRequested()),
                        row.getReason(),
                        List.of(row.getCited()),
                        row.getFiledAt()),
                Settlement.State.of(row.getState()),
                row.getFinal(),
                new Slash.Held(new Avt(row.getBondHeld()), new Avt(row.getHeld())),
                new Avt(row.getBurned()),
                new Avt(row.getMitigated()),
                Reasons.of(row.getFailure()),
                row.getOpenedAt(),
                row.getExpiresAt(),
                Optional.ofNullable(row.getEndedAt()),
                row.getSteps(),
                row.getAlerted());
    }
}
