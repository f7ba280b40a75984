package hanse.node.audit;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.BLOCK;
import static hanse.schema.jooq.Tables.CHECKPOINT;
import static hanse.schema.jooq.Tables.JOURNAL;
import static hanse.schema.jooq.Tables.LANE;

import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Entry;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Ledger;
import hanse.node.ledger.Position;
import hanse.node.ledger.SystemAccount;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.JournalRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jooq.Cursor;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// Streams what is to be verified, row by row and in bounded memory. PostgreSQL sorts, on disk where it must.
final class AuditStore {
    private static final int FETCH = 2_000;

    private static final String SIDES = """
            select account, position, change, held_change, balance, held, version, previous
            from (
              select debit as account, position, -amount as change, held_change,
                debit_balance as balance, debit_held as held, debit_version as version, debit_previous as previous
              from journal where debit is not null
              union all
              select credit, position, amount, 0, credit_balance, credit_held, credit_version, credit_previous
              from journal where credit is not null) side
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

    /// A checkpoint, as it is stored.
    record Stored(long number, byte[] body, byte[] signature) {}

    /// Lets PostgreSQL sort in a little more memory than usual, for this transaction.
    void prepare(Tx tx) {
        tx.sql().execute("set local work_mem = '64MB'");
    }

    List<Ledger.Head> lanes(Tx tx) {
        return tx.sql()
                .select(LANE.ID, LANE.POSITION, LANE.BLOCK, LANE.HEAD)
                .from(LANE)
                .orderBy(LANE.ID)
                .fetch(r -> new Ledger.Head(r.value1(), r.value2(), r.value3(), r.value4()));
    }

    Cursor<JournalRecord> journal(Tx tx) {
        return tx.sql()
                .selectFrom(JOURNAL)
                .orderBy(JOURNAL.POSITION)
                .fetchSize(FETCH)
                .fetchLazy();
    }

    Optional<JournalRecord> journal(Tx tx, long position) {
        return tx.sql().selectFrom(JOURNAL).where(JOURNAL.POSITION.eq(position)).fetchOptional();
    }

    Cursor<? extends Record> blocks(Tx tx) {
        return tx.sql()
                .selectFrom(BLOCK)
                .orderBy(BLOCK.LANE, BLOCK.NUMBER)
                .fetchSize(FETCH)
                .fetchLazy();
    }

    static Block block(Record row) {
        return new Block(
                row.get(BLOCK.LANE),
                row.get(BLOCK.NUMBER),
                row.get(BLOCK.FIRST),
                row.get(BLOCK.LAST),
                row.get(BLOCK.PREVIOUS),
                row.get(BLOCK.ROOT),
                row.get(BLOCK.HEAD));
    }

    Cursor<Record> changes(Tx tx) {
        return tx.sql().resultQuery(SIDES).fetchSize(FETCH).fetchLazy();
    }

    static Change change(Record row) {
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

    Cursor<? extends Record> accounts(Tx tx) {
        return tx.sql().selectFrom(ACCOUNT).orderBy(ACCOUNT.ID).fetchSize(FETCH).fetchLazy();
    }

    static Row account(Record row) {
        AccountKind kind = AccountKind.of(row.get(ACCOUNT.KIND));
        @Nullable String peer = row.get(ACCOUNT.PEER);
        return new Row(
                row.get(ACCOUNT.ID),
                kind,
                kind == AccountKind.AGENT
                        ? Optional.empty()
                        : Optional.of(new SystemAccount(kind, peer == null ? "" : peer, row.get(ACCOUNT.LANE))),
                row.get(ACCOUNT.BALANCE),
                row.get(ACCOUNT.HELD),
                row.get(ACCOUNT.VERSION),
                row.get(ACCOUNT.LAST_ENTRY));
    }

    Cursor<? extends Record> checkpoints(Tx tx) {
        return tx.sql()
                .selectFrom(CHECKPOINT)
                .orderBy(CHECKPOINT.NUMBER)
                .fetchSize(FETCH)
                .fetchLazy();
    }

    static Stored checkpoint(Record row) {
        return new Stored(row.get(CHECKPOINT.NUMBER), row.get(CHECKPOINT.BODY), row.get(CHECKPOINT.SIGNATURE));
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

    /// The entry that a row says; empty when no version of this registry can have written it.
    static Optional<Entry> entry(JournalRecord row) {
        try {
            return Optional.of(new Entry(
                    new Position(row.getPosition()),
                    row.getAt(),
                    EntryKind.of(row.getKind()),
                    side(
                            row.getDebit(),
                            row.getDebitBalance(),
                            row.getDebitHeld(),
                            row.getDebitVersion(),
                            row.getDebitPrevious()),
                    side(
                            row.getCredit(),
                            row.getCreditBalance(),
                            row.getCreditHeld(),
                            row.getCreditVersion(),
                            row.getCreditPrevious()),
                    new Avt(row.getAmount()),
                    row.getHeldChange(),
                    Optional.ofNullable(row.getLink()).map(Position::new),
                    Optional.ofNullable(row.getSubject()),
                    Optional.ofNullable(row.getNote()).orElse("")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Entry.Side> side(
            @Nullable UUID account,
            @Nullable Long balance,
            @Nullable Long held,
            @Nullable Long version,
            @Nullable Long previous) {
        if (account == null && balance == null && held == null && version == null && previous == null) {
            return Optional.empty();
        }
        if (account == null || balance == null || held == null || version == null || previous == null) {
            throw new IllegalArgumentException("half a side");
        }
        return Optional.of(new Entry.Side(account, balance, held, version, previous));
    }
}
