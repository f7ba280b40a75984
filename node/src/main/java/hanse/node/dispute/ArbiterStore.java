package hanse.node.dispute;

import static hanse.schema.jooq.Tables.ARBITER;

import hanse.node.call.AgentId;
import hanse.node.ledger.RowType;
import hanse.node.storage.Columns;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.ArbiterRecord;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The table of arbiters and their opinions. Changed under the lock of the dispute.
final class ArbiterStore implements RowType<ArbiterStore.Key, Opinion> {
    private static final int LOCK_ORDER = 44;

    private static final String FIND = "select " + Pipeline.columns(ARBITER)
            + " from arbiter where (dispute, agent) in (select * from unnest(?::uuid[], ?::uuid[]))";

    private static final String SAY = """
            update arbiter a set ruling = u.ruling, note = u.note, said_at = u.said_at
            from unnest(?::uuid[], ?::uuid[], ?::smallint[], ?::text[], ?::timestamptz[])
              as u (dispute, agent, ruling, note, said_at)
            where a.dispute = u.dispute and a.agent = u.agent
            """;

    /// An arbiter's place in a dispute.
    record Key(UUID dispute, AgentId agent) {}

    @Override
    public int order() {
        return LOCK_ORDER;
    }

    @Override
    public void lock(Pipeline pipeline, Set<Key> keys, Map<Key, Opinion> found) {
        List<Key> wanted = List.copyOf(keys);
        pipeline.records(
                ARBITER,
                FIND,
                row -> found.put(new Key(row.getDispute(), new AgentId(row.getAgent())), opinion(row)),
                Columns.uuids(wanted, Key::dispute),
                Columns.uuids(wanted, key -> key.agent().value()));
    }

    @Override
    public void write(Pipeline pipeline, Collection<Opinion> inserted, Collection<Opinion> updated) {
        if (!inserted.isEmpty()) {
            throw new IllegalStateException("arbiters are appointed by an operator");
        }
        List<Opinion> rows = List.copyOf(updated);
        pipeline.changeExactly(
                rows.size(),
                SAY,
                Columns.uuids(rows, Opinion::dispute),
                Columns.uuids(rows, opinion -> opinion.arbiter().value()),
                Columns.shorts(rows, opinion -> opinion.ruling().orElseThrow().code()),
                Columns.texts(rows, Opinion::note),
                Columns.times(rows, Opinion::at));
    }

    void appoint(Tx tx, UUID dispute, AgentId agent, String by) {
        tx.sql()
                .insertInto(ARBITER)
                .set(ARBITER.DISPUTE, dispute)
                .set(ARBITER.AGENT, agent.value())
                .set(ARBITER.APPOINTED_AT, tx.now())
                .set(ARBITER.APPOINTED_BY, by)
                .execute();
    }

    Optional<Opinion> find(Tx tx, UUID dispute, AgentId agent) {
        return of(tx, dispute).stream()
                .filter(opinion -> opinion.arbiter().equals(agent))
                .findFirst();
    }

    /// Of a dispute, in the order in which they were appointed.
    List<Opinion> of(Tx tx, UUID dispute) {
        return tx.sql()
                .selectFrom(ARBITER)
                .where(ARBITER.DISPUTE.eq(dispute))
                .orderBy(ARBITER.APPOINTED_AT, ARBITER.AGENT)
                .fetch(ArbiterStore::opinion);
    }

    private static Opinion opinion(ArbiterRecord row) {
        return new Opinion(
                row.getDispute(),
                new AgentId(row.getAgent()),
                Ruling.of(row.getRuling()),
                row.getNote(),
                Optional.ofNullable(row.getSaidAt()));
    }
}
