package hanse.node.audit;

import hanse.node.ledger.AccountKind;
import hanse.node.ledger.SystemAccount;
import hanse.node.storage.Tx;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Record;
import org.jooq.impl.DSL;

/// Reads what payments, transfers, contracts and peers promise beside what the books hold for it. Each query finds the
/// first
/// difference, if there is one; states and kinds are the codes that the columns' comments explain.
final class PromiseStore {
    private static final String HELD = """
            select coalesce(a.id, p.payer) as account, coalesce(a.held, 0) as booked, coalesce(p.amount, 0) as promised
            from (select id, held from account where kind = 1) a
            full join (
              select payer, sum(amount) as amount from (
                select payer, amount from payment where state in (1, 2)
                union all select payer, held from settlement where held > 0) promised
              group by payer) p
              on p.payer = a.id
            where coalesce(a.held, 0) <> coalesce(p.amount, 0)
            order by 1 limit 1
            """;

    private static final String ALTERED_PAYMENT = """
            select p.id from payment p
            join journal j on j.subject = p.id and j.debit = p.payer and j.kind = 20
            where p.payer = {0} and p.state in (1, 2) and p.amount <> j.held_change
            order by p.id limit 1
            """;

    private static final String IN_FLIGHT = """
            select coalesce(a.peer, f.peer) as peer, coalesce(a.lane, f.lane) as lane,
              coalesce(a.balance, 0) as booked, coalesce(f.amount, 0) as promised
            from (select peer, lane, balance from account where kind = 11) a
            full join (select peer, lane, sum(amount) as amount from frame where state = 1 group by peer, lane) f
              on f.peer = a.peer and f.lane = a.lane
            where coalesce(a.balance, 0) <> coalesce(f.amount, 0)
            order by 1, 2 limit 1
            """;

    private static final String ALTERED_FRAME = """
            select f.id from frame f
            join journal j on j.subject = f.id and j.debit = f.payer and j.kind = 10
            where f.peer = {0} and f.lane = {1} and f.state = 1 and f.amount <> j.amount
            order by f.id limit 1
            """;

    private static final String ESCROW = """
            select coalesce(c.id::text, a.peer) as contract, coalesce(a.balance, 0) as booked, coalesce(c.escrowed, 0) as promised
            from (select peer, balance from account where kind = 3) a
            full join (select id, escrowed from contract where escrowed > 0) c on c.id::text = a.peer
            where coalesce(a.balance, 0) <> coalesce(c.escrowed, 0)
            order by 1 limit 1
            """;

    private static final String BOND = """
            select a.peer as agent, a.balance as booked, 0 as promised
            from account a
            left join bond b on b.agent::text = a.peer and b.state in (1, 2)
            where a.kind = 4 and a.balance > 0 and b.agent is null
            order by 1 limit 1
            """;

    private static final String POSITION = """
            select coalesce(p.peer, a.peer) as peer, coalesce(a.position, 0) as booked, coalesce(p.position, 0) as promised
            from peer_position p
            full join (
              select peer, -sum(balance) as position from account where kind in (7, 8, 9, 10) and peer <> 'self' group by peer) a
              on a.peer = p.peer
            where coalesce(p.position, 0) <> coalesce(a.position, 0)
            order by 1 limit 1
            """;

    private static final String RESERVED = """
            select coalesce(p.peer, f.issuer) as peer, coalesce(p.reserved, 0) as booked, coalesce(f.reserved, 0) as promised
            from peer_position p
            full join (
              select issuer, sum(reserved) as reserved from (
                select issuer, reserved from foreign_payment
                union all select peer, reserved from settlement where reserved > 0) promised
              group by issuer) f on f.issuer = p.peer
            where coalesce(p.reserved, 0) <> coalesce(f.reserved, 0)
            order by 1 limit 1
            """;

    /// What differs.
    ///
    /// @param booked micro-AVT; as is `promised`. A sum of what was altered may be more than a `long` counts
    record Difference<K>(K of, BigDecimal booked, BigDecimal promised) {
        /// In words.
        String says(String inTheBooks, String otherwise) {
            return "has " + booked + " micro-AVT " + inTheBooks + "; " + otherwise + " " + promised;
        }
    }

    /// An agent whose hold is not the sum of its payments that are authorized or consumed and of slashes that wait.
    Optional<Difference<UUID>> held(Tx tx) {
        return tx.sql().fetchOptional(HELD).map(row -> difference(row, row.get("account", UUID.class)));
    }

    /// The one of its payments that has another amount than was held for it.
    Optional<UUID> alteredPayment(Tx tx, UUID payer) {
        return tx.sql().fetchOptional(ALTERED_PAYMENT, DSL.val(payer)).map(row -> row.get(0, UUID.class));
    }

    /// An in-flight account that does not hold the sum of its transfers that have no outcome.
    Optional<Difference<SystemAccount>> inFlight(Tx tx) {
        return tx.sql().fetchOptional(IN_FLIGHT).map(row -> difference(row, inFlight(row)));
    }

    /// The one of those transfers that has another amount than was taken for it.
    Optional<UUID> alteredFrame(Tx tx, SystemAccount inFlight) {
        return tx.sql()
                .fetchOptional(ALTERED_FRAME, DSL.val(inFlight.peer()), DSL.val(inFlight.lane()))
                .map(row -> row.get(0, UUID.class));
    }

    /// A contract that does not have in its escrow account what its row says.
    Optional<Difference<String>> escrow(Tx tx) {
        return tx.sql().fetchOptional(ESCROW).map(row -> difference(row, row.get("contract", String.class)));
    }

    /// An agent in whose bond account there is money although its bond has ended.
    Optional<Difference<String>> bond(Tx tx) {
        return tx.sql().fetchOptional(BOND).map(row -> difference(row, row.get("agent", String.class)));
    }

    /// A peer of whose money more or less is held than its row says.
    Optional<Difference<String>> position(Tx tx) {
        return tx.sql().fetchOptional(POSITION).map(row -> difference(row, row.get("peer", String.class)));
    }

    /// A peer whose reserved headroom is not the sum of what its payments and slashes reserve.
    Optional<Difference<String>> reserved(Tx tx) {
        return tx.sql().fetchOptional(RESERVED).map(row -> difference(row, row.get("peer", String.class)));
    }

    private static SystemAccount inFlight(Record row) {
        return new SystemAccount(AccountKind.IN_FLIGHT, row.get("peer", String.class), row.get("lane", Integer.class));
    }

    private static <K> Difference<K> difference(Record row, K of) {
        return new Difference<>(of, row.get("booked", BigDecimal.class), row.get("promised", BigDecimal.class));
    }
}
