package hanse.node.malpractice;

import static hanse.schema.jooq.Tables.MALPRACTICE;

import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.TimePage;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Reasons;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.MalpracticeRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;

/// The table of records.
final class MalpracticeStore implements RowType<UUID, Malpractice> {
    private static final int LOCK_ORDER = 43;

    private static final String LOCK = "select " + Pipeline.columns(MALPRACTICE)
            + " from malpractice where id = any(?) order by id for no key update";

    private static final String INSERT = """
            insert into malpractice (id, registry, state, kind, dealing, reporter, reported, grounds, statement,
              reference, reference_hash, filed_at, answer, answer_reference, answer_reference_hash, answered_at,
              ended_at, ended_by, ending_note, delivery, refusal)
            select * from unnest(?::uuid[], ?::text[], ?::smallint[], ?::smallint[], ?::uuid[], ?::text[], ?::text[],
              ?::smallint[], ?::text[], ?::text[], ?::bytea[], ?::timestamptz[], ?::text[], ?::text[], ?::bytea[],
              ?::timestamptz[], ?::timestamptz[], ?::text[], ?::text[], ?::smallint[], ?::smallint[])
            """;

    private static final String UPDATE = """
            update malpractice m
            set state = u.state, answer = u.answer, answer_reference = u.answer_reference,
              answer_reference_hash = u.answer_reference_hash, answered_at = u.answered_at, ended_at = u.ended_at,
              ended_by = u.ended_by, ending_note = u.ending_note, delivery = u.delivery, refusal = u.refusal
            from unnest(?::uuid[], ?::smallint[], ?::text[], ?::text[], ?::bytea[], ?::timestamptz[],
                ?::timestamptz[], ?::text[], ?::text[], ?::smallint[], ?::smallint[])
              as u (id, state, answer, answer_reference, answer_reference_hash, answered_at, ended_at, ended_by,
                ending_note, delivery, refusal)
            where m.id = u.id
            """;

    /// Which records to list.
    ///
    /// @param party of whom, on which `side`
    /// @param other who must be the other party
    record Filter(Optional<Did> party, Side side, Optional<Did> other, Optional<Malpractice.State> state) {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<UUID> ids, Map<UUID, Malpractice> found) {
        pipeline.records(MALPRACTICE, LOCK, row -> found.put(row.getId(), malpractice(row)), Columns.uuids(ids));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Malpractice> inserted, Collection<Malpractice> updated) {
        if (!inserted.isEmpty()) {
            insert(pipeline, List.copyOf(inserted));
        }
        if (!updated.isEmpty()) {
            update(pipeline, List.copyOf(updated));
        }
    }

    private static void insert(Pipeline pipeline, List<Malpractice> rows) {
        pipeline.changeExactly(
                rows.size(),
                INSERT,
                Columns.uuids(rows, Malpractice::id),
                Columns.texts(rows, m -> m.registry().value()),
                Columns.shorts(rows, m -> m.state().code()),
                Columns.shorts(rows, m -> m.report().kind().code()),
                Columns.uuids(rows, m -> m.report().dealing()),
                Columns.texts(rows, m -> m.report().reporter().toString()),
                Columns.texts(rows, m -> m.report().reported().toString()),
                Columns.shorts(rows, m -> m.report().grounds().code()),
                Columns.texts(rows, m -> m.report().testimony().statement()),
                Columns.texts(rows, m -> m.report().testimony().reference()),
                Columns.bytes(rows, m -> m.report().testimony().referenceHash().orElse(null)),
                Columns.times(rows, m -> Optional.of(m.report().testimony().at())),
                Columns.texts(rows, m -> m.answer().map(Testimony::statement).orElse(null)),
                Columns.texts(rows, m -> m.answer().map(Testimony::reference).orElse(null)),
                Columns.bytes(
                        rows, m -> m.answer().flatMap(Testimony::referenceHash).orElse(null)),
                Columns.times(rows, m -> m.answer().map(Testimony::at)),
                Columns.times(rows, m -> m.ending().map(Malpractice.Ending::at)),
                Columns.texts(rows, m -> m.ending().map(Malpractice.Ending::by).orElse(null)),
                Columns.texts(
                        rows, m -> m.ending().map(Malpractice.Ending::note).orElse(null)),
                Columns.shorts(rows, m -> m.delivery().code()),
                Columns.shorts(rows, m -> Reasons.number(m.refusal())));
    }

    private static void update(Pipeline pipeline, List<Malpractice> rows) {
        pipeline.changeExactly(
                rows.size(),
                UPDATE,
                Columns.uuids(rows, Malpractice::id),
                Columns.shorts(rows, m -> m.state().code()),
                Columns.texts(rows, m -> m.answer().map(Testimony::statement).orElse(null)),
                Columns.texts(rows, m -> m.answer().map(Testimony::reference).orElse(null)),
                Columns.bytes(
                        rows, m -> m.answer().flatMap(Testimony::referenceHash).orElse(null)),
                Columns.times(rows, m -> m.answer().map(Testimony::at)),
                Columns.times(rows, m -> m.ending().map(Malpractice.Ending::at)),
                Columns.texts(rows, m -> m.ending().map(Malpractice.Ending::by).orElse(null)),
                Columns.texts(
                        rows, m -> m.ending().map(Malpractice.Ending::note).orElse(null)),
                Columns.shorts(rows, m -> m.delivery().code()),
                Columns.shorts(rows, m -> Reasons.number(m.refusal())));
    }

    Optional<Malpractice> find(Tx tx, UUID id) {
        return tx.sql()
                .selectFrom(MALPRACTICE)
                .where(MALPRACTICE.ID.eq(id))
                .fetchOptional(MalpracticeStore::malpractice);
    }

    /// A page, newest first.
    ///
    /// @param before the last one of the previous page
    List<Malpractice> list(Tx tx, Filter filter, Optional<TimePage> before, int limit) {
        return tx.sql()
                .selectFrom(MALPRACTICE)
                .where(filter.party().map(did -> isParty(did, filter.side())).orElseGet(DSL::noCondition))
                .and(filter.other().map(did -> isParty(did, Side.ANY)).orElseGet(DSL::noCondition))
                .and(filter.state()
                        .map(state -> MALPRACTICE.STATE.eq(state.code()))
                        .orElseGet(DSL::noCondition))
                .and(before.<Condition>map(page ->
                                DSL.row(MALPRACTICE.FILED_AT, MALPRACTICE.ID).lt(page.at(), page.id()))
                        .orElseGet(DSL::noCondition))
                .orderBy(MALPRACTICE.FILED_AT.desc(), MALPRACTICE.ID.desc())
                .limit(limit)
                .fetch(MalpracticeStore::malpractice);
    }

    private static Condition isParty(Did agent, Side side) {
        Condition reporter = MALPRACTICE.REPORTER.eq(agent.toString());
        Condition reported = MALPRACTICE.REPORTED.eq(agent.toString());
        return switch (side) {
            case ANY -> reporter.or(reported);
            case REPORTER -> reporter;
            case REPORTED -> reported;
        };
    }

    /// How many records an agent has made since.
    int madeSince(Tx tx, Did reporter, Instant since) {
        return tx.sql()
                .fetchCount(MALPRACTICE, MALPRACTICE.REPORTER.eq(reporter.toString()), MALPRACTICE.FILED_AT.gt(since));
    }

    /// How many records of one agent against another stand.
    int standing(Tx tx, Did reporter, Did reported) {
        return tx.sql()
                .fetchCount(
                        MALPRACTICE,
                        MALPRACTICE.REPORTER.eq(reporter.toString()),
                        MALPRACTICE.REPORTED.eq(reported.toString()),
                        MALPRACTICE.STATE.eq(Malpractice.State.STANDING.code()));
    }

    private static Malpractice malpractice(MalpracticeRecord row) {
        return new Malpractice(
                row.getId(),
                new RegistryId(row.getRegistry()),
                new Malpractice.Report(
                        Reportable.Kind.of(row.getKind()),
                        row.getDealing(),
                        Did.parse(row.getReporter()),
                        Did.parse(row.getReported()),
                        Malpractice.Grounds.of(row.getGrounds()),
                        new Testimony(
                                row.getStatement(),
                                row.getReference(),
                                Optional.ofNullable(row.getReferenceHash()),
                                row.getFiledAt())),
                Optional.ofNullable(row.getAnsweredAt())
                        .map(at -> new Testimony(
                                row.getAnswer(),
                                row.getAnswerReference(),
                                Optional.ofNullable(row.getAnswerReferenceHash()),
                                at)),
                Optional.ofNullable(row.getEndedAt())
                        .map(at -> new Malpractice.Ending(
                                Malpractice.State.of(row.getState()), at, row.getEndedBy(), row.getEndingNote())),
                Malpractice.Delivery.of(row.getDelivery()),
                Reasons.of(row.getRefusal()));
    }
}
