package hanse.node.settlement;

import static hanse.schema.jooq.Tables.SETTLEMENT_STEP;

import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The table of steps. Rows are only ever added, under the lock of their settlement; so they need no lock of their own.
final class StepStore implements RowType<StepStore.Key, Step> {
    private static final int LOCK_ORDER = 31;

    private static final String INSERT = """
            insert into settlement_step (settlement, number, at, state, by, message, note)
            select * from unnest(?::uuid[], ?::integer[], ?::timestamptz[], ?::smallint[], ?::text[], ?::uuid[], ?::text[])
            """;

    /// Which step of which settlement.
    record Key(UUID settlement, int number) {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Key> keys, Map<Key, Step> found) {}

    @Override
    public void write(Pipeline pipeline, Collection<Step> inserted, Collection<Step> updated) {
        if (!updated.isEmpty()) {
            throw new IllegalStateException("a step is never changed");
        }
        List<Step> rows = List.copyOf(inserted);
        pipeline.changeExactly(
                rows.size(),
                INSERT,
                Columns.uuids(rows, Step::settlement),
                Columns.ints(rows, Step::number),
                Columns.times(rows, step -> Optional.of(step.at())),
                Columns.shorts(rows, step -> step.state().code()),
                Columns.texts(rows, Step::by),
                Columns.uuids(rows, step -> step.message().orElse(null)),
                Columns.texts(rows, Step::note));
    }

    /// Of a settlement, from the first.
    List<Step> of(Tx tx, UUID settlement) {
        return tx.sql()
                .selectFrom(SETTLEMENT_STEP)
                .where(SETTLEMENT_STEP.SETTLEMENT.eq(settlement))
                .orderBy(SETTLEMENT_STEP.NUMBER)
                .fetch(row -> new Step(
                        row.getSettlement(),
                        row.getNumber(),
                        row.getAt(),
                        Settlement.State.of(row.getState()),
                        row.getBy(),
                        Optional.ofNullable(row.getMessage()),
                        row.getNote()));
    }
}
