package hanse.node.audit;

import hanse.node.audit.PromiseStore.Difference;
import hanse.node.storage.Tx;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Record;

/// Reads what settlements, disputes and disputed dealings say beside what was slashed and minted. Each query finds the
/// first difference, if there is one; states and kinds are the codes that the columns' comments explain.
final class RulingStore {
    private static final String STEPS = """
            select s.id from settlement s
            left join (
              select settlement, count(*) as number, max(number) as last, (array_agg(state order by number desc))[1] as state
              from settlement_step group by settlement) t on t.settlement = s.id
            where (s.steps, s.steps, s.state) is distinct from (t.number, t.last, t.state)
            order by 1 limit 1
            """;

    private static final String SLASHED = """
            select coalesce(s.id, j.subject) as id, coalesce(j.amount, 0) as booked, coalesce(s.burned, 0) as promised
            from (select subject, sum(amount) as amount from journal where kind = 119 group by subject) j
            full join (select id, burned from settlement where role in (1, 3) and burned > 0) s on s.id = j.subject
            where coalesce(j.amount, 0) <> coalesce(s.burned, 0)
            order by 1 limit 1
            """;

    private static final String MINTED = """
            select coalesce(s.id, j.subject) as id, coalesce(j.amount, 0) as booked, coalesce(s.burned, 0) as promised
            from (select subject, sum(amount) as amount from journal where kind = 120 group by subject) j
            full join (select id, burned from settlement where role in (1, 2) and burned > 0) s on s.id = j.subject
            where coalesce(j.amount, 0) <> coalesce(s.burned, 0)
            order by 1 limit 1
            """;

    private static final String HELD_BOND = """
            select coalesce(a.peer, s.agent) as id, coalesce(a.held, 0) as booked, coalesce(s.held, 0) as promised
            from (select peer, held from account where kind = 4 and held > 0) a
            full join (
              select payer::text as agent, sum(bond_held) as held from settlement where bond_held > 0 group by payer) s
              on s.agent = a.peer
            where coalesce(a.held, 0) <> coalesce(s.held, 0)
            order by 1 limit 1
            """;

    private static final String PENDING = """
            select coalesce(d.id, s.dispute)
            from (select id from dispute where pending) d
            full join (select dispute from settlement where role = 2 and not final) s on s.dispute = d.id
            where d.id is null or s.dispute is null
            order by 1 limit 1
            """;

    private static final String COMPENSATED = """
            select coalesce(d.id, s.dispute) as id, coalesce(s.burned, 0) as booked, coalesce(d.compensated, 0) as promised
            from (select id, compensated from dispute where compensated > 0) d
            full join (select dispute, burned from settlement where role in (1, 2) and burned > 0) s on s.dispute = d.id
            where coalesce(d.compensated, 0) <> coalesce(s.burned, 0)
            order by 1 limit 1
            """;

    /// What was taken off for attestations counts as recovered, and what is recovered of a part for the whole, too: a
    /// milestone (3) is part of a contract (2).
    private static final String RECOVERED = """
            select rtrim(coalesce(d.subject, c.subject)::text || '/' || coalesce(d.part, c.part), '/') as id,
              coalesce(c.amount, 0) as booked, coalesce(d.recovered, 0) as promised
            from (select subject, kind, part, recovered from disputed where recovered > 0) d
            full join (
              select subject, kind, part, sum(compensated + mitigated) as amount from (
                select subject, kind, part, compensated, mitigated from dispute where compensated > 0
                union all
                select subject, 2, '', compensated, mitigated from dispute where compensated > 0 and kind = 3) each
              group by subject, kind, part) c
              on c.subject = d.subject and c.kind = d.kind and c.part = d.part
            where coalesce(d.recovered, 0) <> coalesce(c.amount, 0)
            order by 1 limit 1
            """;

    /// What waits counts in full, and in the end what was burned or taken off for attestations; the rolling caps' rows,
    /// of no dealing, fall by time.
    private static final String TAKEN = """
            select coalesce(t.subject, s.subject)::text as id, coalesce(s.amount, 0) as booked, coalesce(t.level, 0) as promised
            from (
              select peer, subject, defendant, level from slash_total
              where subject <> '00000000-0000-0000-0000-000000000000' and level > 0) t
            full join (
              select peer, subject, payer, sum(case state when 1 then requested else burned + mitigated end) as amount
              from settlement where role = 3 and state in (1, 3, 4) group by peer, subject, payer) s
              on s.peer = t.peer and s.subject = t.subject and s.payer = t.defendant
            where coalesce(t.level, 0) <> coalesce(s.amount, 0)
            order by 1 limit 1
            """;

    /// A settlement that does not stand where its last step says.
    Optional<UUID> steps(Tx tx) {
        return tx.sql().fetchOptional(STEPS).map(row -> row.get(0, UUID.class));
    }

    /// A settlement for which something else was slashed here than its row says.
    Optional<Difference<UUID>> slashed(Tx tx) {
        return tx.sql().fetchOptional(SLASHED).map(row -> difference(row, row.get("id", UUID.class)));
    }

    /// A settlement for which something else was minted here than its row says.
    Optional<Difference<UUID>> minted(Tx tx) {
        return tx.sql().fetchOptional(MINTED).map(row -> difference(row, row.get("id", UUID.class)));
    }

    /// An agent whose bond is not held for what waits to be slashed of it.
    Optional<Difference<String>> heldBond(Tx tx) {
        return tx.sql().fetchOptional(HELD_BOND).map(row -> difference(row, row.get("id", String.class)));
    }

    /// A dispute that waits for a slash which nobody asks for, or that does not wait for one.
    Optional<UUID> pending(Tx tx) {
        return tx.sql().fetchOptional(PENDING).map(row -> row.get(0, UUID.class));
    }

    /// A dispute for which something else was minted than its row says.
    Optional<Difference<UUID>> compensated(Tx tx) {
        return tx.sql().fetchOptional(COMPENSATED).map(row -> difference(row, row.get("id", UUID.class)));
    }

    /// A dealing, or part of one, of which something else was recovered than its row says.
    Optional<Difference<String>> recovered(Tx tx) {
        return tx.sql().fetchOptional(RECOVERED).map(row -> difference(row, row.get("id", String.class)));
    }

    /// A peer's dealing of which its slashes have taken something else than the sum that limits them says.
    Optional<Difference<String>> taken(Tx tx) {
        return tx.sql().fetchOptional(TAKEN).map(row -> difference(row, row.get("id", String.class)));
    }

    private static <K> Difference<K> difference(Record row, K of) {
        return new Difference<>(of, row.get("booked", BigDecimal.class), row.get("promised", BigDecimal.class));
    }
}
