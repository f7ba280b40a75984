package hanse.node.trust;

import static hanse.schema.jooq.Tables.TRUST_ROW;

import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.TrustRowRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/// The table of trust rows.
final class TrustRowStore implements RowType<TrustRow.Pair, TrustRow> {
    private static final int LOCK_ORDER = 34;

    private static final String KEYS = """
            unnest(?::uuid[], ?::text[], ?::uuid[], ?::text[]) as k (rater, rater_home, rated, rated_home)
            """;

    private static final String LOCK = "select " + Pipeline.columns(TRUST_ROW) + """
             from trust_row where (rater, rater_home, rated, rated_home) in (select * from
            """ + KEYS + """
            ) order by rater, rater_home, rated, rated_home for no key update
            """;

    /// A row that was not there when it was looked for may be there by now: then both have something to add.
    private static final String ADD = """
            insert into trust_row as t (rater, rater_home, rated, rated_home, satisfactory, unsatisfactory, dealings,
              reports, retracted, changed_at)
            select u.*, ? from unnest(?::uuid[], ?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[],
                ?::bigint[], ?::bigint[])
              as u (rater, rater_home, rated, rated_home, satisfactory, unsatisfactory, dealings, reports, retracted)
            order by rater, rater_home, rated, rated_home
            on conflict (rater, rater_home, rated, rated_home) do update
            set satisfactory = t.satisfactory + excluded.satisfactory,
              unsatisfactory = t.unsatisfactory + excluded.unsatisfactory,
              dealings = t.dealings + excluded.dealings,
              reports = t.reports + excluded.reports,
              retracted = t.retracted + excluded.retracted,
              changed_at = excluded.changed_at
            """;

    private static final String UPDATE = """
            update trust_row t
            set satisfactory = u.satisfactory, unsatisfactory = u.unsatisfactory, reports = u.reports,
              retracted = u.retracted, changed_at = ?
            from unnest(?::uuid[], ?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
              as u (rater, rater_home, rated, rated_home, satisfactory, unsatisfactory, reports, retracted)
            where t.rater = u.rater and t.rater_home = u.rater_home
              and t.rated = u.rated and t.rated_home = u.rated_home
            """;

    private final RegistryId self;

    TrustRowStore(RegistryId self) {
        this.self = self;
    }

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<TrustRow.Pair> pairs, Map<TrustRow.Pair, TrustRow> found) {
        List<TrustRow.Pair> keys = List.copyOf(pairs);
        pipeline.records(
                TRUST_ROW,
                LOCK,
                row -> {
                    TrustRow known = row(row);
                    found.put(known.pair(), known);
                },
                uuids(keys, Function.identity(), TrustRow.Pair::from),
                homes(keys, Function.identity(), TrustRow.Pair::from),
                uuids(keys, Function.identity(), TrustRow.Pair::to),
                homes(keys, Function.identity(), TrustRow.Pair::to));
    }

    @Override
    public void write(Pipeline pipeline, Collection<TrustRow> inserted, Collection<TrustRow> updated) {
        add(pipeline, List.copyOf(inserted));
        List<TrustRow> rows = List.copyOf(updated);
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    UPDATE,
                    Parameter.of(pipeline.now()),
                    uuids(rows, TrustRow::pair, TrustRow.Pair::from),
                    homes(rows, TrustRow::pair, TrustRow.Pair::from),
                    uuids(rows, TrustRow::pair, TrustRow.Pair::to),
                    homes(rows, TrustRow::pair, TrustRow.Pair::to),
                    Columns.longs(rows, TrustRow::satisfactory),
                    Columns.longs(rows, TrustRow::unsatisfactory),
                    Columns.longs(rows, TrustRow::reports),
                    Columns.longs(rows, TrustRow::retracted));
        }
    }

    /// Adds the counts of `rows`, at most one a pair, to what is there.
    void add(Pipeline pipeline, List<TrustRow> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    ADD,
                    Parameter.of(pipeline.now()),
                    uuids(rows, TrustRow::pair, TrustRow.Pair::from),
                    homes(rows, TrustRow::pair, TrustRow.Pair::from),
                    uuids(rows, TrustRow::pair, TrustRow.Pair::to),
                    homes(rows, TrustRow::pair, TrustRow.Pair::to),
                    Columns.longs(rows, TrustRow::satisfactory),
                    Columns.longs(rows, TrustRow::unsatisfactory),
                    Columns.longs(rows, TrustRow::dealings),
                    Columns.longs(rows, TrustRow::reports),
                    Columns.longs(rows, TrustRow::retracted));
        }
    }

    Optional<TrustRow> find(Tx tx, TrustRow.Pair pair) {
        return tx.sql()
                .selectFrom(TRUST_ROW)
                .where(TRUST_ROW.RATER.eq(pair.from().agent().value()))
                .and(TRUST_ROW.RATER_HOME.eq(home(pair.from())))
                .and(TRUST_ROW.RATED.eq(pair.to().agent().value()))
                .and(TRUST_ROW.RATED_HOME.eq(home(pair.to())))
                .fetchOptional(this::row);
    }

    /// A page of what is said of an agent (or, `byIt`, of what it says of others), by the other's id.
    ///
    /// @param after the other agent of the last row of the page before
    List<TrustRow> list(Tx tx, Did agent, boolean byIt, Optional<Did> after, int limit) {
        Field<UUID> one = byIt ? TRUST_ROW.RATER : TRUST_ROW.RATED;
        Field<String> oneHome = byIt ? TRUST_ROW.RATER_HOME : TRUST_ROW.RATED_HOME;
        Field<UUID> other = byIt ? TRUST_ROW.RATED : TRUST_ROW.RATER;
        Field<String> otherHome = byIt ? TRUST_ROW.RATED_HOME : TRUST_ROW.RATER_HOME;
        Condition rest = after.<Condition>map(
                        did -> DSL.row(other, otherHome).gt(did.agent().value(), home(did)))
                .orElse(DSL.noCondition());
        return tx.sql()
                .selectFrom(TRUST_ROW)
                .where(one.eq(agent.agent().value()))
                .and(oneHome.eq(home(agent)))
                .and(rest)
                .orderBy(other, otherHome)
                .limit(limit)
                .fetch(this::row);
    }

    private TrustRow row(TrustRowRecord row) {
        return new TrustRow(
                new TrustRow.Pair(did(row.getRater(), row.getRaterHome()), did(row.getRated(), row.getRatedHome())),
                row.getSatisfactory(),
                row.getUnsatisfactory(),
                row.getDealings(),
                row.getReports(),
                row.getRetracted());
    }

    /// An agent as it is stored, by its home.
    private Did did(UUID agent, String home) {
        return new Did(home.isEmpty() ? self : new RegistryId(home), new AgentId(agent));
    }

    private String home(Did did) {
        return did.registry().equals(self) ? "" : did.registry().value();
    }

    private static <R> Parameter uuids(
            List<R> rows, Function<R, TrustRow.Pair> pair, Function<TrustRow.Pair, Did> end) {
        return Columns.uuids(rows, row -> end.apply(pair.apply(row)).agent().value());
    }

    private <R> Parameter homes(List<R> rows, Function<R, TrustRow.Pair> pair, Function<TrustRow.Pair, Did> end) {
        return Columns.texts(rows, row -> home(end.apply(pair.apply(row))));
    }
}
