package hanse.node.ledger;

import static hanse.schema.jooq.Tables.ACCOUNT;
import static hanse.schema.jooq.Tables.JOURNAL;
import static hanse.schema.jooq.Tables.LANE;

import hanse.node.call.AgentId;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.DSL;

/// The ledger's tables. What runs for every batch binds whole arrays over JDBC: one round trip per table, whatever the
/// batch's size.
final class LedgerStore {
    private static final String LOCK_ACCOUNTS = """
            select id, kind, balance, held, version, last_entry, auth_version, status, frozen
            from account where id = any(?::uuid[]) order by id for no key update
            """;

    private static final String LOCK_LANE =
            "select position, block, head, secret from lane where id = ? for no key update";

    private static final String UPDATE_ACCOUNTS = """
            update account a
            set balance = u.balance, held = u.held, version = u.version, last_entry = u.last_entry
            from (
              select unnest(?::uuid[]) as id, unnest(?::bigint[]) as balance, unnest(?::bigint[]) as held,
                unnest(?::bigint[]) as version, unnest(?::bigint[]) as last_entry) u
            where a.id = u.id
            """;

    private static final String MAKE_ACCOUNTS = """
            insert into account (id, kind, lane, peer)
            select * from unnest(?::uuid[], ?::smallint[], ?::integer[], ?::text[])
            on conflict do nothing
            """;

    private static final String INSERT_ENTRIES = """
            insert into journal (at, position, kind,
              debit, credit, amount, held_change,
              debit_balance, debit_held, debit_version, debit_previous,
              credit_balance, credit_held, credit_version, credit_previous,
              link, subject, note, payer, payee)
            select ?, unnest(?::bigint[]), unnest(?::smallint[]),
              unnest(?::uuid[]), unnest(?::uuid[]), unnest(?::bigint[]), unnest(?::bigint[]),
              unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::bigint[]),
              unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::bigint[]), unnest(?::bigint[]),
              unnest(?::bigint[]), unnest(?::uuid[]), unnest(?::text[]), unnest(?::uuid[]), unnest(?::uuid[])
            """;

    private static final String SEAL = """
            with sealed as (
              insert into block (lane, number, first, last, at, previous, root, head)
              values (?, ?, ?, ?, ?, ?, ?, ?))
            update lane set position = ?, block = ?, head = ? where id = ?
            """;

    /// The end of a lane's chain, and what the next entries' seals are made with.
    record LaneHead(int lane, long number, long block, byte[] head, UUID secret) {}

    /// What a writing transaction locks last: accounts, and then its lane. Filled when the pipeline has run.
    static final class Locked {
        final Map<UUID, Account> accounts = new HashMap<>();
        Optional<LaneHead> lane = Optional.empty();

        LaneHead head() {
            return lane.orElseThrow();
        }
    }

    /// Locks accounts in id order.
    void lockAccounts(Pipeline pipeline, Collection<UUID> ids, Locked locked) {
        pipeline.query(
                LOCK_ACCOUNTS,
                row -> locked.accounts.put(row.getObject(1, UUID.class), account(row)),
                Columns.uuids(ids));
    }

    /// Locks a lane's head: the last lock of every writing transaction.
    void lockLane(Pipeline pipeline, int lane, Locked locked) {
        pipeline.query(
                LOCK_LANE,
                row -> locked.lane = Optional.of(new LaneHead(
                        lane, row.getLong(1), row.getLong(2), row.getBytes(3), row.getObject(4, UUID.class))),
                Parameter.of(lane));
    }

    /// Makes the system accounts that were asked for and do not exist, and locks them.
    void makeMissing(Tx tx, Wanted wanted, Locked locked) {
        List<SystemAccount> missing = wanted.system.entrySet().stream()
                .filter(e -> !locked.accounts.containsKey(e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        Pipeline pipeline = tx.pipeline();
        pipeline.change(
                MAKE_ACCOUNTS,
                Columns.uuids(missing, account -> account.id().value()),
                Columns.shorts(missing, account -> account.kind().code()),
                Columns.ints(missing, SystemAccount::lane),
                Columns.texts(missing, account -> account.peer().isEmpty() ? null : account.peer()));
        lockAccounts(
                pipeline, missing.stream().map(account -> account.id().value()).toList(), locked);
        pipeline.run();
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getObject(1, UUID.class),
                AccountKind.of(row.getShort(2)),
                row.getLong(3),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getShort(8),
                row.getBoolean(9));
    }

    /// Adds the statements that write changed accounts and new entries, and seal the entries as one block.
    void write(Pipeline pipeline, Collection<Account> changed, List<Entry> entries, LaneHead head, Chain chain) {
        if (!changed.isEmpty()) {
            updateAccounts(pipeline, List.copyOf(changed));
        }
        if (!entries.isEmpty()) {
            insertEntries(pipeline, entries);
            seal(pipeline, entries, head, chain);
        }
    }

    private static void updateAccounts(Pipeline pipeline, List<Account> accounts) {
        pipeline.changeExactly(
                accounts.size(),
                UPDATE_ACCOUNTS,
                Columns.uuids(accounts, a -> a.id),
                Columns.longs(accounts, a -> a.balance),
                Columns.longs(accounts, a -> a.held),
                Columns.longs(accounts, a -> a.version),
                Columns.longs(accounts, a -> a.lastEntry));
    }

    private static void insertEntries(Pipeline pipeline, List<Entry> entries) {
        pipeline.changeExactly(
                entries.size(),
                INSERT_ENTRIES,
                Parameter.of(pipeline.now()),
                Columns.longs(entries, e -> e.position().value()),
                Columns.shorts(entries, e -> e.kind().code()),
                Columns.uuids(entries, e -> e.debit().map(Entry.Side::account).orElse(null)),
                Columns.uuids(entries, e -> e.credit().map(Entry.Side::account).orElse(null)),
                Columns.longs(entries, e -> e.amount().micros()),
                Columns.longs(entries, Entry::heldChange),
                side(entries, Entry::debit, Entry.Side::balance),
                side(entries, Entry::debit, Entry.Side::held),
                side(entries, Entry::debit, Entry.Side::version),
                side(entries, Entry::debit, Entry.Side::previous),
                side(entries, Entry::credit, Entry.Side::balance),
                side(entries, Entry::credit, Entry.Side::held),
                side(entries, Entry::credit, Entry.Side::version),
                side(entries, Entry::credit, Entry.Side::previous),
                Columns.longs(entries, e -> e.link().map(Position::value).orElse(null)),
                Columns.uuids(entries, e -> e.subject().orElse(null)),
                Columns.texts(entries, e -> e.note().isEmpty() ? null : e.note()),
                Columns.uuids(
                        entries, e -> e.parties().payer().map(AgentId::value).orElse(null)),
                Columns.uuids(
                        entries, e -> e.parties().payee().map(AgentId::value).orElse(null)));
    }

    private static Parameter side(
            List<Entry> entries, Function<Entry, Optional<Entry.Side>> side, Function<Entry.Side, Long> column) {
        return Columns.longs(entries, e -> side.apply(e).map(column).orElse(null));
    }

    private static void seal(Pipeline pipeline, List<Entry> entries, LaneHead last, Chain chain) {
        List<byte[]> leaves = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            leaves.add(chain.leaf(entry, last.secret()));
        }
        byte[] root = chain.root(leaves);
        byte[] head = chain.head(last.head(), root);
        long number = last.block() + 1;
        pipeline.changeExactly(
                1,
                SEAL,
                Parameter.of(last.lane()),
                Parameter.of(number),
                Parameter.of(entries.getFirst().position().value()),
                Parameter.of(entries.getLast().position().value()),
                Parameter.of(pipeline.now()),
                Parameter.of(last.head()),
                Parameter.of(root),
                Parameter.of(head),
                Parameter.of(entries.getLast().position().number()),
                Parameter.of(number),
                Parameter.of(head),
                Parameter.of(last.lane()));
    }

    /// Opens an agent's account.
    void open(Tx tx, UUID agent) {
        tx.sql()
                .insertInto(ACCOUNT)
                .set(ACCOUNT.ID, agent)
                .set(ACCOUNT.KIND, AccountKind.AGENT.code())
                .execute();
    }

    /// Changes an agent's standing; its old signatures and sessions end with the commit.
    void setStanding(Tx tx, UUID agent, short status) {
        tx.sql()
                .update(ACCOUNT)
                .set(ACCOUNT.STATUS, status)
                .set(ACCOUNT.AUTH_VERSION, ACCOUNT.AUTH_VERSION.plus(1))
                .where(ACCOUNT.ID.eq(agent))
                .execute();
    }

    void setFrozen(Tx tx, UUID agent, boolean frozen) {
        tx.sql()
                .update(ACCOUNT)
                .set(ACCOUNT.FROZEN, frozen)
                .where(ACCOUNT.ID.eq(agent))
                .execute();
    }

    /// An account as it stands, without a lock.
    Optional<Account> find(Tx tx, UUID id) {
        return tx.sql()
                .selectFrom(ACCOUNT)
                .where(ACCOUNT.ID.eq(id))
                .fetchOptional(r -> new Account(
                        r.getId(),
                        AccountKind.of(r.getKind()),
                        r.getBalance(),
                        r.getHeld(),
                        r.getVersion(),
                        r.getLastEntry(),
                        r.getAuthVersion(),
                        r.getStatus(),
                        r.getFrozen()));
    }

    /// The sum of balances per kind and peer, in micro-AVT.
    List<Ledger.Total> totals(Tx tx) {
        // An escrow's is what it is for, a bond's whose it is, and there are many.
        Field<String> peer = DSL.when(
                ACCOUNT.KIND.notIn(DSL.inline(AccountKind.ESCROW.code()), DSL.inline(AccountKind.BOND.code())),
                ACCOUNT.PEER);
        return tx.sql()
                .select(ACCOUNT.KIND, peer, DSL.sum(ACCOUNT.BALANCE))
                .from(ACCOUNT)
                .groupBy(ACCOUNT.KIND, peer)
                .fetch(r -> new Ledger.Total(
                        AccountKind.of(r.value1()),
                        Optional.ofNullable(r.value2()),
                        Optional.ofNullable(r.value3()).orElse(BigDecimal.ZERO).longValueExact()));
    }

    /// The same of what has passed between this registry and one peer.
    Map<AccountKind, Long> totals(Tx tx, String peer) {
        Map<AccountKind, Long> totals = new EnumMap<>(AccountKind.class);
        tx.sql()
                .select(ACCOUNT.KIND, DSL.sum(ACCOUNT.BALANCE))
                .from(ACCOUNT)
                .where(ACCOUNT.KIND.in(Stream.of(
                                AccountKind.IMPORTED,
                                AccountKind.EXPORTED,
                                AccountKind.IN_FLIGHT,
                                AccountKind.SLASHED,
                                AccountKind.COMPENSATED)
                        .map(kind -> DSL.inline(kind.code()))
                        .toList()))
                .and(ACCOUNT.KIND.ne(DSL.inline(AccountKind.AGENT.code())))
                .and(ACCOUNT.PEER.eq(peer))
                .groupBy(ACCOUNT.KIND)
                .forEach(r -> totals.put(AccountKind.of(r.value1()), r.value2().longValueExact()));
        return totals;
    }

    /// The system accounts of a kind, by lane.
    List<SystemAccount> stripes(Tx tx, AccountKind kind) {
        return tx.sql()
                .select(ACCOUNT.PEER, ACCOUNT.LANE)
                .from(ACCOUNT)
                .where(ACCOUNT.KIND.eq(kind.code()))
                .orderBy(ACCOUNT.LANE)
                .fetch(r ->
                        new SystemAccount(kind, Optional.ofNullable(r.value1()).orElse(""), r.value2()));
    }

    /// The names of system accounts among these ids.
    Map<UUID, String> labels(Tx tx, Collection<UUID> ids) {
        Map<UUID, String> labels = new HashMap<>();
        tx.sql()
                .select(ACCOUNT.ID, ACCOUNT.KIND, ACCOUNT.PEER)
                .from(ACCOUNT)
                .where(ACCOUNT.ID.eq(DSL.any(ids.toArray(UUID[]::new))))
                .and(ACCOUNT.KIND.ne(AccountKind.AGENT.code()))
                .forEach(r -> labels.put(
                        r.value1(),
                        new SystemAccount(
                                        AccountKind.of(r.value2()),
                                        Optional.ofNullable(r.value3()).orElse(""),
                                        0)
                                .label()));
        return labels;
    }

    /// One entry.
    Optional<Entry> entry(Tx tx, Position position) {
        return tx.sql()
                .selectFrom(JOURNAL)
                .where(JOURNAL.POSITION.eq(position.value()))
                .fetchOptional(LedgerStore::entry);
    }

    /// Entries of one lane after a position, in order.
    List<Entry> entriesAfter(Tx tx, Position position, int limit) {
        return tx.sql()
                .selectFrom(JOURNAL)
                .where(JOURNAL.POSITION.gt(position.value()))
                .and(JOURNAL.POSITION.lt(Position.start(position.lane() + 1).value()))
                .orderBy(JOURNAL.POSITION)
                .limit(limit)
                .fetch(LedgerStore::entry);
    }

    /// Entries of one lane in a range that concern an agent, in order.
    List<Entry> entriesOf(Tx tx, UUID agent, Position after, Position last) {
        return tx.sql()
                .selectFrom(JOURNAL)
                .where(JOURNAL.POSITION.gt(after.value()))
                .and(JOURNAL.POSITION.le(last.value()))
                .and(DSL.val(agent).in(JOURNAL.DEBIT, JOURNAL.CREDIT, JOURNAL.SUBJECT, JOURNAL.PAYER, JOURNAL.PAYEE))
                .orderBy(JOURNAL.POSITION)
                .fetch(LedgerStore::entry);
    }

    /// An account's entries from a position back, newest first: a walk along the account's own chain, one key look-up
    /// each.
    List<Entry> walk(Tx tx, UUID account, long from, int limit) {
        return tx.sql()
                .resultQuery("""
            with recursive line as (
              select j.*, 1 as step from journal j where j.position = {0}
              union all
              select j.*, line.step + 1
              from line
              join journal j
                on j.position = case when line.debit = {1} then line.debit_previous else line.credit_previous end
              where line.step < {2})
            select position, at, kind, debit, credit, amount, held_change,
              debit_balance, debit_held, debit_version, debit_previous,
              credit_balance, credit_held, credit_version, credit_previous, link, subject, note, payer, payee
            from line order by step
            """, DSL.val(from), DSL.val(account), DSL.val(limit))
                .coerce(JOURNAL.fields())
                .fetch(r -> entry(r.into(JOURNAL)));
    }

    /// Every lane's end.
    List<Ledger.Head> heads(Tx tx) {
        return tx.sql()
                .select(LANE.ID, LANE.POSITION, LANE.BLOCK, LANE.HEAD)
                .from(LANE)
                .orderBy(LANE.ID)
                .fetch(r -> new Ledger.Head(r.value1(), r.value2(), r.value3(), r.value4()));
    }

    /// Takes over a lane whose owner's claim has run out, if there is one.
    Optional<Integer> takeOverLane(Tx tx, UUID owner, Duration lease) {
        Optional<Integer> free = tx.sql()
                .select(LANE.ID)
                .from(LANE)
                .where(LANE.LEASED_UNTIL.lt(tx.now()))
                .orderBy(LANE.ID)
                .limit(1)
                .forNoKeyUpdate()
                .skipLocked()
                .fetchOptional(LANE.ID);
        free.ifPresent(lane -> tx.sql()
                .update(LANE)
                .set(LANE.OWNER, owner)
                .set(LANE.LEASED_UNTIL, tx.now().plus(lease))
                .where(LANE.ID.eq(lane))
                .execute());
        return free;
    }

    /// Makes a new lane; empty when another process made the same one at the same time.
    Optional<Integer> makeLane(Tx tx, UUID owner, Duration lease) {
        int next = Optional.ofNullable(tx.sql()
                                .select(DSL.max(LANE.ID))
                                .from(LANE)
                                .fetchSingle()
                                .value1())
                        .orElse(0)
                + 1;
        int made = tx.sql()
                .insertInto(LANE)
                .set(LANE.ID, next)
                .set(LANE.OWNER, owner)
                .set(LANE.LEASED_UNTIL, tx.now().plus(lease))
                .set(LANE.HEAD, new byte[Chain.HASH_LENGTH])
                .onConflictDoNothing()
                .execute();
        return made == 1 ? Optional.of(next) : Optional.empty();
    }

    void renewLanes(Tx tx, UUID owner, Instant until) {
        tx.sql()
                .update(LANE)
                .set(LANE.LEASED_UNTIL, until)
                .where(LANE.OWNER.eq(owner))
                .execute();
    }

    void releaseLanes(Tx tx, UUID owner) {
        tx.sql()
                .update(LANE)
                .set(LANE.LEASED_UNTIL, tx.now().minusSeconds(1))
                .where(LANE.OWNER.eq(owner))
                .execute();
    }

    private static Entry entry(Record row) {
        var r = row.into(JOURNAL);
        return new Entry(
                new Position(r.getPosition()),
                r.getAt(),
                EntryKind.of(r.getKind()),
                r.getDebit() == null
                        ? Optional.empty()
                        : Optional.of(new Entry.Side(
                                r.getDebit(),
                                r.getDebitBalance(),
                                r.getDebitHeld(),
                                r.getDebitVersion(),
                                r.getDebitPrevious())),
                r.getCredit() == null
                        ? Optional.empty()
                        : Optional.of(new Entry.Side(
                                r.getCredit(),
                                r.getCreditBalance(),
                                r.getCreditHeld(),
                                r.getCreditVersion(),
                                r.getCreditPrevious())),
                new Avt(r.getAmount()),
                r.getHeldChange(),
                Optional.ofNullable(r.getLink()).map(Position::new),
                Optional.ofNullable(r.getSubject()),
                Optional.ofNullable(r.getNote()).orElse(""),
                TradeParties.of(r.getPayer(), r.getPayee()));
    }
}
