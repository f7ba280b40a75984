package hanse.node.dispute;

import static hanse.schema.jooq.Tables.DISPUTE;

import hanse.node.call.Did;
import hanse.node.call.TimePage;
import hanse.node.ledger.Avt;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.DisputeRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of disputes.
final class DisputeStore implements RowType<UUID, Dispute> {
    private static final int LOCK_ORDER = 23;

    private static final String LOCK =
            "select " + Pipeline.columns(DISPUTE) + " from dispute where id = any(?) order by id for no key update";

    private static final String INSERT = """
            insert into dispute (id, state, kind, subject, part, complainant, defendant, grounds, reason, claimed,
              subject_state, captured, held, in_flight, performance, filed_at, rule_by)
            select * from unnest(?::uuid[], ?::smallint[], ?::smallint[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::smallint[],
              ?::text[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::smallint[], ?::timestamptz[],
              ?::timestamptz[])
            """;

    private static final String UPDATE = """
            update dispute d
            set state = u.state, voting_at = u.voting_at, complainant_evidence = u.complainant_evidence,
              defendant_evidence = u.defendant_evidence, conceded = u.conceded, cited = u.cited::uuid[],
              closed_at = u.closed_at, closing = u.closing, ruling = u.ruling, closed_by = u.closed_by, note = u.note,
              awarded = u.awarded, carried_out_at = u.carried_out_at, returned = u.returned,
              compensated = u.compensated, mitigated = u.mitigated, failure = u.failure, pending = u.pending
            from unnest(?::uuid[], ?::smallint[], ?::timestamptz[], ?::integer[], ?::integer[], ?::boolean[], ?::text[],
                ?::timestamptz[], ?::smallint[], ?::smallint[], ?::text[], ?::text[], ?::bigint[], ?::timestamptz[],
                ?::bigint[], ?::bigint[], ?::bigint[], ?::smallint[], ?::boolean[])
              as u (id, state, voting_at, complainant_evidence, defendant_evidence, conceded, cited, closed_at, closing,
                ruling, closed_by, note, awarded, carried_out_at, returned, compensated, mitigated, failure,
                pending)
            where d.id = u.id
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Dispute> found) {
        pipeline.records(DISPUTE, LOCK, row -> found.put(row.getId(), dispute(row)), Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Dispute> inserted, Collection<Dispute> updated) {
        if (!inserted.isEmpty()) {
            insert(pipeline, List.copyOf(inserted));
        }
        if (!updated.isEmpty()) {
            update(pipeline, List.copyOf(updated));
        }
    }

    private static void insert(Pipeline pipeline, List<Dispute> rows) {
        pipeline.changeExactly(
                rows.size(),
                INSERT,
                Columns.uuids(rows, Dispute::id),
                Columns.shorts(rows, d -> d.state().code()),
                Columns.shorts(rows, d -> d.filing().subject().kind().code()),
                Columns.uuids(rows, d -> d.filing().subject().id()),
                Columns.texts(rows, d -> d.filing().subject().part()),
                Columns.texts(rows, d -> d.filing().complainant().toString()),
                Columns.texts(rows, d -> d.filing().defendant().toString()),
                Columns.shorts(rows, d -> d.filing().grounds().code()),
                Columns.texts(rows, d -> d.filing().reason()),
                Columns.longs(rows, d -> d.filing().claimed().micros()),
                Columns.texts(rows, d -> d.filing().snapshot().state()),
                Columns.longs(rows, d -> d.filing().snapshot().captured().micros()),
                Columns.longs(rows, d -> d.filing().snapshot().held().micros()),
                Columns.longs(rows, d -> d.filing().snapshot().inFlight().micros()),
                Columns.shorts(rows, d -> d.filing().snapshot().performance().code()),
                Columns.times(rows, d -> Optional.of(d.filing().at())),
                Columns.times(rows, d -> Optional.of(d.filing().ruleBy())));
    }

    private static void update(Pipeline pipeline, List<Dispute> rows) {
        pipeline.changeExactly(
                rows.size(),
                UPDATE,
                Columns.uuids(rows, Dispute::id),
                Columns.shorts(rows, d -> d.state().code()),
                Columns.times(rows, Dispute::votingAt),
                Columns.ints(rows, d -> d.evidenced().byComplainant()),
                Columns.ints(rows, d -> d.evidenced().byDefendant()),
                Columns.booleans(rows, d -> d.evidenced().conceded()),
                Columns.texts(rows, d -> EvidenceStore.array(d.evidenced().cited())),
                Columns.times(rows, d -> d.closing().map(Dispute.Closing::at)),
                Columns.shorts(rows, d -> d.closing().map(c -> c.how().code()).orElse((short) 0)),
                Columns.shorts(rows, d -> Ruling.code(d.closing().flatMap(Dispute.Closing::ruling))),
                Columns.texts(rows, d -> d.closing().map(Dispute.Closing::by).orElse(null)),
                Columns.texts(rows, d -> d.closing().map(Dispute.Closing::note).orElse(null)),
                Columns.longs(rows, d -> micros(d.closing().map(Dispute.Closing::awarded))),
                Columns.times(rows, d -> d.effect().map(Dispute.Effect::at)),
                Columns.longs(rows, d -> micros(d.effect().map(Dispute.Effect::returned))),
                Columns.longs(rows, d -> micros(d.effect().map(Dispute.Effect::compensated))),
                Columns.longs(rows, d -> micros(d.effect().map(Dispute.Effect::mitigated))),
                Columns.shorts(rows, d -> Reasons.number(d.effect().flatMap(Dispute.Effect::failure))),
                Columns.booleans(
                        rows, d -> d.effect().map(Dispute.Effect::isPending).orElse(false)));
    }

    private static long micros(Optional<Avt> amount) {
        return amount.map(Avt::micros).orElse(0L);
    }

    Optional<Dispute> find(Tx tx, UUID id) {
        return tx.sql().selectFrom(DISPUTE).where(DISPUTE.ID.eq(id)).fetchOptional(DisputeStore::dispute);
    }

    /// A page, newest first.
    ///
    /// @param before the last one of the previous page
    List<Dispute> list(Tx tx, DisputeFilter filter, Optional<TimePage> before, int limit) {
        Condition after = before.<Condition>map(
                        page -> DSL.row(DISPUTE.FILED_AT, DISPUTE.ID).lt(page.at(), page.id()))
                .orElseGet(DSL::noCondition);
        return tx.sql()
                .selectFrom(DISPUTE)
                .where(filter.party().map(DisputeStore::isParty).orElseGet(DSL::noCondition))
                .and(filter.alsoOf().map(DisputeStore::isParty).orElseGet(DSL::noCondition))
                .and(filter.state().map(state -> DISPUTE.STATE.eq(state.code())).orElseGet(DSL::noCondition))
                .and(filter.kind().map(kind -> DISPUTE.KIND.eq(kind.code())).orElseGet(DSL::noCondition))
                .and(filter.subject().map(DISPUTE.SUBJECT::eq).orElseGet(DSL::noCondition))
                .and(after)
                .orderBy(DISPUTE.FILED_AT.desc(), DISPUTE.ID.desc())
                .limit(limit)
                .fetch(DisputeStore::dispute);
    }

    private static Condition isParty(Did agent) {
        return DISPUTE.COMPLAINANT.eq(agent.toString()).or(DISPUTE.DEFENDANT.eq(agent.toString()));
    }

    /// Whether an agent has to answer a dispute that is not closed.
    boolean isAccused(Tx tx, Did agent) {
        return tx.sql()
                .fetchExists(DSL.selectOne()
                        .from(DISPUTE)
                        .where(DISPUTE.DEFENDANT.eq(agent.toString()))
                        .and(DISPUTE.STATE
                                .ne(Dispute.State.CLOSED.code())
                                .or(DISPUTE.RULING
                                        .eq(Ruling.IN_FAVOR_OF_COMPLAINANT.code())
                                        .and(DISPUTE.CARRIED_OUT_AT.isNull()))));
    }

    /// What nobody has ruled on in time.
    List<Dispute> lapsed(Tx tx, Instant now, int limit) {
        return tx.sql()
                .selectFrom(DISPUTE)
                .where(DISPUTE.STATE.lt(Dispute.State.CLOSED.code()))
                .and(DISPUTE.RULE_BY.le(now))
                .orderBy(DISPUTE.RULE_BY)
                .limit(limit)
                .fetch(DisputeStore::dispute);
    }

    /// Rulings for complainants that have moved nothing yet, oldest first.
    ///
    /// @param after where the last look has ended
    List<Dispute> toCarryOut(Tx tx, Optional<UUID> after, int limit) {
        return tx.sql()
                .selectFrom(DISPUTE)
                .where(DISPUTE.RULING.eq(Ruling.IN_FAVOR_OF_COMPLAINANT.code()))
                .and(DISPUTE.CARRIED_OUT_AT.isNull())
                .and(after.map(DISPUTE.ID::gt).orElseGet(DSL::noCondition))
                .orderBy(DISPUTE.ID)
                .limit(limit)
                .fetch(DisputeStore::dispute);
    }

    /// How the disputes of an agent have ended.
    DisputeTally tally(Tx tx, Did agent) {
        var filed = DISPUTE.COMPLAINANT.eq(agent.toString());
        var defended = DISPUTE.DEFENDANT.eq(agent.toString());
        return tx.sql()
                .select(
                        count(filed),
                        count(filed.and(DISPUTE.RULING.eq(Ruling.IN_FAVOR_OF_COMPLAINANT.code()))),
                        count(filed.and(DISPUTE.RULING.eq(Ruling.IN_FAVOR_OF_DEFENDANT.code()))),
                        count(filed.and(DISPUTE.RULING.eq(Ruling.DISMISSED.code()))),
                        count(filed.and(DISPUTE.CLOSING.eq(Dispute.Closing.How.WITHDRAWN.code()))),
                        count(defended),
                        count(defended.and(DISPUTE.RULING.eq(Ruling.IN_FAVOR_OF_COMPLAINANT.code()))))
                .from(DISPUTE)
                .where(filed.or(defended))
                .fetchSingle(row -> new DisputeTally(
                        row.value1(),
                        row.value2(),
                        row.value3(),
                        row.value4(),
                        row.value5(),
                        row.value6(),
                        row.value7()));
    }

    private static org.jooq.Field<Integer> count(Condition condition) {
        return DSL.count().filterWhere(condition);
    }

    private static Dispute dispute(DisputeRecord row) {
        return new Dispute(
                row.getId(),
                Dispute.State.of(row.getState()),
                new Dispute.Filing(
                        new Subject(Subject.Kind.of(row.getKind()), row.getSubject(), row.getPart()),
                        Did.parse(row.getComplainant()),
                        Did.parse(row.getDefendant()),
                        Dispute.Grounds.of(row.getGrounds()),
                        row.getReason(),
                        new Avt(row.getClaimed()),
                        new Dealing(
                                row.getSubjectState(),
                                new Avt(row.getCaptured()),
                                new Avt(row.getHeld()),
                                new Avt(row.getInFlight()),
                                Dealing.Performance.of(row.getPerformance())),
                        row.getFiledAt(),
                        row.getRuleBy()),
                new Dispute.Evidenced(
                        row.getComplainantEvidence(),
                        row.getDefendantEvidence(),
                        row.getConceded(),
                        List.of(row.getCited())),
                Optional.ofNullable(row.getVotingAt()),
                closing(row),
                effect(row));
    }

    private static Optional<Dispute.Closing> closing(DisputeRecord row) {
        return Optional.ofNullable(row.getClosedAt())
                .map(at -> new Dispute.Closing(
                        at,
                        Dispute.Closing.How.of(row.getClosing()),
                        Ruling.of(row.getRuling()),
                        row.getClosedBy(),
                        row.getNote(),
                        new Avt(row.getAwarded())));
    }

    private static Optional<Dispute.Effect> effect(DisputeRecord row) {
        return Optional.ofNullable(row.getCarriedOutAt())
                .map(at -> new Dispute.Effect(
                        at,
                        new Avt(row.getReturned()),
                        new Avt(row.getCompensated()),
                        new Avt(row.getMitigated()),
                        Reasons.of(row.getFailure()),
                        row.getPending()));
    }
}
