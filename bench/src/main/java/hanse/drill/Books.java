package hanse.drill;

import hanse.node.ledger.EntryKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// What stands in the books of one registry, read from its database and not by its code.
///
/// @param transfers what was paid inside the registry, by memo
/// @param prepared what was sent, by memo
/// @param credited what has come in, by memo
/// @param sent what the journal says of each transfer to a peer, by its id
/// @param received how often each transfer of a peer was credited, by its id
/// @param frames the state of each transfer to a peer, by its id
/// @param payments the state of each payment, by its id
/// @param contracts the state of each contract, by its id
/// @param balances of agents, by id
/// @param held of agents, by id
/// @param exported by peer
/// @param imported by peer, never positive
/// @param circulating what agents, treasury, escrows and bonds have, and what is in flight
/// @param sum of all balances
record Books(
        Map<String, Moved> transfers,
        Map<String, Moved> prepared,
        Map<String, Moved> credited,
        Map<String, Sent> sent,
        Map<String, Long> received,
        Map<String, Long> frames,
        Map<String, Long> payments,
        Map<String, Long> contracts,
        Map<String, Long> balances,
        Map<String, Long> held,
        Map<String, Long> exported,
        Map<String, Long> imported,
        long circulating,
        long sum) {
    static final Books EMPTY = new Books(
            Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
            Map.of(), Map.of(), 0, 0);

    /// How often, and how much in all.
    record Moved(long times, long micros) {
        static final Moved NEVER = new Moved(0, 0);
    }

    /// How often each of these.
    record Sent(long prepared, long exported, long refunded) {
        static final Sent NEVER = new Sent(0, 0, 0);
    }

    /// @param name what the memos of all transfers begin with
    static Books read(Connection database, String name) throws SQLException {
        return new Books(
                moved(database, EntryKind.TOKENS_TRANSFERRED, name),
                moved(database, EntryKind.TRANSFER_PREPARED, name),
                moved(database, EntryKind.TRANSFER_IMPORTED, name),
                sent(database),
                numbers(
                        database,
                        "select subject, count(*) from journal where kind = " + EntryKind.TRANSFER_IMPORTED.code()
                                + " group by 1"),
                numbers(database, "select id, state from frame"),
                numbers(database, "select id, state from payment"),
                numbers(database, "select id, state from contract"),
                numbers(database, "select id, balance from account where kind = 1"),
                numbers(database, "select id, held from account where kind = 1"),
                numbers(database, "select peer, sum(balance) from account where kind = 8 group by 1"),
                numbers(database, "select peer, sum(balance) from account where kind = 7 group by 1"),
                number(database, "select sum(balance) from account where kind in (1, 2, 3, 4, 11)"),
                number(database, "select sum(balance) from account"));
    }

    private static Map<String, Moved> moved(Connection database, EntryKind kind, String name) throws SQLException {
        Map<String, Moved> found = new HashMap<>();
        Rows.of(
                        database,
                        "select note, count(*), sum(amount) from journal where kind = " + kind.code()
                                + " and note like '" + name + "%' group by 1")
                .forEach(row -> found.put(row.text(0), new Moved(row.number(1), row.number(2))));
        return found;
    }

    private static Map<String, Sent> sent(Connection database) throws SQLException {
        Map<String, Sent> found = new HashMap<>();
        Rows.of(database, """
                        select subject, count(*) filter (where kind = %d), count(*) filter (where kind = %d),
                          count(*) filter (where kind = %d)
                        from journal where kind in (%1$d, %2$d, %3$d) group by 1
                        """.formatted(
                                EntryKind.TRANSFER_PREPARED.code(),
                                EntryKind.TRANSFER_EXPORTED.code(),
                                EntryKind.TRANSFER_REFUNDED.code()))
                .forEach(row -> found.put(row.text(0), new Sent(row.number(1), row.number(2), row.number(3))));
        return found;
    }

    private static Map<String, Long> numbers(Connection database, String query) throws SQLException {
        Map<String, Long> found = new HashMap<>();
        Rows.of(database, query).forEach(row -> found.put(row.text(0), row.number(1)));
        return found;
    }

    private static long number(Connection database, String query) throws SQLException {
        return Rows.of(database, query).getFirst().number(0);
    }
}
