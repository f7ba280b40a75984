package hanse.node.trust;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.BOND;
import static hanse.schema.jooq.Tables.TRUST_ROW;

import hanse.node.call.AgentId;
import hanse.node.ledger.RowType;
import hanse.node.ledger.SystemAccount;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.BondRecord;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jooq.impl.DSL;

/// The table of bonds.
final class BondStore implements RowType<AgentId, Bond> {
    private static final int LOCK_ORDER = 36;

    private static final String LOCK =
            "select " + Pipeline.columns(BOND) + " from bond where agent = any(?) order by agent for no key update";

    private static final String INSERT = """
            insert into bond (agent, state, posted_at, release_at, ended_at, reason)
            select * from unnest(?::uuid[], ?::smallint[], ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::text[])
            """;

    private static final String UPDATE = """
            update bond b
            set state = u.state, posted_at = u.posted_at, release_at = u.release_at, ended_at = u.ended_at,
              reason = u.reason
            from unnest(?::uuid[], ?::smallint[], ?::timestamptz[], ?::timestamptz[], ?::timestamptz[], ?::text[])
              as u (agent, state, posted_at, release_at, ended_at, reason)
            where b.agent = u.agent
            """;

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<AgentId> agents, Map<AgentId, Bond> found) {
        pipeline.records(
                BOND,
                LOCK,
                row -> {
                    Bond bond = bond(row);
                    found.put(bond.agent(), bond);
                },
                Columns.uuids(agents.stream().map(AgentId::value).toList()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Bond> inserted, Collection<Bond> updated) {
        write(pipeline, INSERT, List.copyOf(inserted));
        write(pipeline, UPDATE, List.copyOf(updated));
    }

    private static void write(Pipeline pipeline, String sql, List<Bond> rows) {
        if (!rows.isEmpty()) {
            pipeline.changeExactly(
                    rows.size(),
                    sql,
                    Columns.uuids(rows, row -> row.agent().value()),
                    Columns.shorts(rows, row -> row.state().code()),
                    Columns.times(rows, row -> Optional.of(row.postedAt())),
                    Columns.times(rows, Bond::releaseAt),
                    Columns.times(rows, Bond::endedAt),
                    Columns.texts(rows, Bond::reason));
        }
    }

    Optional<Bond> find(Tx tx, AgentId agent) {
        return tx.sql().selectFrom(BOND).where(BOND.AGENT.eq(agent.value())).fetchOptional(BondStore::bond);
    }

    /// A page of those whose waiting time is over, by agent.
    List<AgentId> due(Tx tx, AgentId after, int limit) {
        return tx.sql()
                .select(BOND.AGENT)
                .from(BOND)
                .where(BOND.STATE.eq(DSL.inline(Bond.State.RELEASING.code())))
                .and(BOND.RELEASE_AT.le(tx.now()))
                .and(BOND.AGENT.gt(after.value()))
                .orderBy(BOND.AGENT)
                .limit(limit)
                .fetch(row -> new AgentId(row.value1()));
    }

    /// Whether an agent's bond is in force and has enough in it.
    boolean isInForce(Tx tx, AgentId agent, LongPredicate enough) {
        return tx.sql()
                .select(ACCOUNT.BALANCE)
                .from(BOND)
                .join(ACCOUNT)
                .on(ACCOUNT.ID.eq(SystemAccount.bond(agent).id().value()))
                .where(BOND.AGENT.eq(agent.value()))
                .and(BOND.STATE.eq(Bond.State.POSTED.code()))
                .fetchOptional(row -> enough.test(row.value1()))
                .orElse(false);
    }

    /// Settled dealings that an agent of this registry has paid or was paid for.
    long dealings(Tx tx, AgentId agent) {
        return tx.sql()
                .select(DSL.coalesce(DSL.sum(TRUST_ROW.DEALINGS), BigDecimal.ZERO)
                        .cast(Long.class))
                .from(TRUST_ROW)
                .where(TRUST_ROW.RATER.eq(agent.value()).and(TRUST_ROW.RATER_HOME.eq("")))
                .or(TRUST_ROW.RATED.eq(agent.value()).and(TRUST_ROW.RATED_HOME.eq("")))
                .fetchSingle(row -> row.value1());
    }

    private static Bond bond(BondRecord row) {
        return new Bond(
                new AgentId(row.getAgent()),
                Bond.State.of(row.getState()),
                row.getPostedAt(),
                Optional.ofNullable(row.getReleaseAt()),
                Optional.ofNullable(row.getEndedAt()),
                row.getReason());
    }
}
