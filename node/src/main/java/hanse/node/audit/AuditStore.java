package hanse.node.audit;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.BLOCK;
import static hanse.schema.jooq.Tables.LANE;

import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Entry;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.ledger.SystemAccount;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.AccountRecord;
import hanse.schema.jooq.tables.records.BlockRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// Reads what is to be verified, the ledger's own tables, row by row and in bounded memory. PostgreSQL sorts, on disk
/// where it must.
final class AuditStore {
    private static final String SIDES = """
            select debit as account, position, -amount as change, held_change,
              debit_balance as balance, debit_held as held, debit_version as version, debit_previous as previous
            from journal where debit is not null
            union all
            select credit, position, amount, 0, credit_balance, credit_held, credit_version, credit_previous
            from journal where credit is not null
            order by account, version, position
            """;

    /// One block, as it is stored.
    record Block(int lane, long number, long first, long last, byte[] previous, byte[] root, byte[] head) {}

    /// What one entry did to one account.
    record Change(
            UUID account,
            Position position,
            long change,
            long heldChange,
            long balance,
            long held,
            long version,
            long previous) {}

    /// An account, as it is stored.
    ///
    /// @param named what its id must follow from; empty for an agent's
    record Row(
            UUID id,
            AccountKind kind,
            Optional<SystemAccount> named,
            long balance,
            long held,
            long version,
            long lastEntry) {}

    /// A row of the journal.
    ///
    /// @param entry that it says; empty when no version of this registry can have written it
    record Line(Position position, Optional<Entry> entry) {}

    /// Lets PostgreSQL sort in a little more memory than usual, for this transaction. A database that has no such
    /// setting is asked for nothing.
    void prepare(Tx tx) {
        tx.sql()
                .fetch(
                        "select set_config('work_mem', '64MB', true) where current_setting('work_mem', true) is not null");
    }

    List<Ledger.Head> lanes(Tx tx) {
        return tx.sql()
                .select(LANE.ID, LANE.POSITION, LANE.BLOCK, LANE.HEAD)
                .from(LANE)
                .orderBy(LANE.ID)
                .fetch(r -> new Ledger.Head(r.value1(), r.value2(), r.value3(), r.value4()));
    }

    /// What each lane's entries are sealed with.
    Map<Integer, UUID> secrets(Tx tx) {
        return tx.sql().select(LANE.ID, LANE.SECRET).from(LANE).fetchMap(LANE.ID, LANE.SECRET);
    }

    /// By position.
    RowStream<Line> journal(Tx tx) {
        return rows(tx, "true");
    }

    /// One entry of the journal, if there is one that can be read.
    Optional<Entry> entry(Tx tx, long position) {
        return entries(tx, position, position).stream().findFirst().flatMap(Line::entry);
    }

    /// The entries from one place to another, by position.
    List<Line> entries(Tx tx, long first, long last) {
        List<Line> lines = new ArrayList<>();
        try (RowStream<Line> rows = rows(tx, "position between {0} and {1}", DSL.val(first), DSL.val(last))) {
            rows.forEachRemaining(lines::add);
        }
        return lines;
    }

    private static RowStream<Line> rows(Tx tx, String where, QueryPart... values) {
        return RowStream.plain(
                tx.sql()
                        .resultQuery(
                                "select " + JournalRows.COLUMNS + " from journal where " + where + " order by position",
                                values),
                new JournalRows()::read);
    }

    /// The accounts that are never positive.
    Set<UUID> sources(Tx tx) {
        return tx.sql()
                .select(ACCOUNT.ID)
                .from(ACCOUNT)
                .where(ACCOUNT.KIND.in(Stream.of(AccountKind.values())
                        .filter(AccountKind::isSource)
                        .map(AccountKind::code)
                        .toList()))
                .fetchSet(ACCOUNT.ID);
    }

    /// By lane and number.
    RowStream<Block> blocks(Tx tx) {
        return RowStream.of(tx.sql().selectFrom(BLOCK).orderBy(BLOCK.LANE, BLOCK.NUMBER), AuditStore::block);
    }

    /// By account, and of each in the order in which they were made.
    RowStream<Change> changes(Tx tx) {
        return RowStream.of(tx.sql().resultQuery(SIDES), AuditStore::change);
    }

    /// By id.
    RowStream<Row> accounts(Tx tx) {
        return RowStream.of(tx.sql().selectFrom(ACCOUNT).orderBy(ACCOUNT.ID), AuditStore::account);
    }

    /// The stored heads of some lanes' chains after given blocks.
    Map<List<Long>, Ledger.Head> heads(Tx tx, List<Ledger.Head> wanted) {
        Map<List<Long>, Ledger.Head> found = new HashMap<>();
        tx.sql()
                .fetch(
                        """
                        select b.lane, b.number, b.last, b.head
                        from unnest({0}::integer[], {1}::bigint[]) as w (lane, number)
                        join block b on b.lane = w.lane and b.number = w.number
                        """,
                        DSL.val(wanted.stream().map(Ledger.Head::lane).toArray(Integer[]::new)),
                        DSL.val(wanted.stream().map(Ledger.Head::block).toArray(Long[]::new)))
                .forEach(row -> {
                    int lane = row.get(0, Integer.class);
                    long number = row.get(1, Long.class);
                    found.put(
                            List.of((long) lane, number),
                            new Ledger.Head(
                                    lane,
                                    new Position(row.get(2, Long.class)).number(),
                                    number,
                                    row.get(3, byte[].class)));
                });
        return found;
    }

    static Block block(BlockRecord row) {
        return new Block(
                row.getLane(),
                row.getNumber(),
                row.getFirst(),
                row.getLast(),
                row.getPrevious(),
                row.getRoot(),
                row.getHead());
    }

    private static Change change(Record row) {
        return new Change(
                row.get(0, UUID.class),
                new Position(row.get(1, Long.class)),
                row.get(2, Long.class),
                row.get(3, Long.class),
                row.get(4, Long.class),
                row.get(5, Long.class),
                row.get(6, Long.class),
                row.get(7, Long.class));
    }

    private static Row account(AccountRecord row) {
        AccountKind kind = AccountKind.of(row.getKind());
        @Nullable String peer = row.getPeer();
        return new Row(
                row.getId(),
                kind,
                kind == AccountKind.AGENT
                        ? Optional.empty()
                        : Optional.of(new SystemAccount(kind, peer == null ? "" : peer, row.getLane())),
                row.getBalance(),
                row.getHeld(),
                row.getVersion(),
                row.getLastEntry());
    }
}
