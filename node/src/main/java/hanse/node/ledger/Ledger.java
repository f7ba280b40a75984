package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/// The ledger for cold operations and readers: everything happens in the transaction that is given.
public final class Ledger implements Outcomes.Standing<Caller.Agent> {
    private final LedgerStore store = new LedgerStore();
    private final int lane;

    /// The sum of balances of one kind and, where it has one, peer; micro-AVT.
    public record Total(AccountKind kind, Optional<String> peer, long micros) {}

    /// The end of a lane's chain.
    public record Head(int lane, long number, long block, byte[] hash) {}

    /// @param lane where cold operations of this process write; not a lane of the group commit's, or they would wait
    /// for
    ///     each other
    public Ledger(int lane) {
        this.lane = lane;
    }

    /// Posts to the books as the last thing of a transaction: accounts and the lane stay locked until its commit.
    public <T> T post(Tx tx, Consumer<Wanted> accounts, Function<Books, T> postings) {
        return post(tx, new Rows(), accounts, postings);
    }

    /// The same, together with domain rows that `rows` has been asked for; they are locked first.
    public <T> T post(Tx tx, Rows rows, Consumer<Wanted> accounts, Function<Books, T> postings) {
        rows.lock(tx);
        Wanted wanted = new Wanted(lane);
        accounts.accept(wanted);
        LedgerStore.Locked locked = new LedgerStore.Locked();
        Pipeline locks = tx.pipeline();
        store.lockAccounts(locks, wanted.ids, locked);
        store.lockLane(locks, lane, locked);
        locks.run();
        store.makeMissing(tx, wanted, locked);
        Books books = new Books(tx, lane, locked.head().number(), rows, locked.accounts);
        T result = postings.apply(books);
        Pipeline writes = tx.pipeline();
        rows.write(writes);
        store.write(writes, books.changed(), books.entries(), locked.head(), new Chain());
        writes.run();
        return result;
    }

    /// Records an event that touches no account.
    public Position record(Tx tx, EntryKind kind, UUID subject, String note) {
        return post(tx, wanted -> {}, books -> books.post(Posting.event(kind, subject, note)));
    }

    /// Opens the account of a new agent.
    public void open(Tx tx, AgentId agent) {
        store.open(tx, agent.value());
    }

    /// The agent's account becomes active; what was signed or opened before must be signed or opened again.
    public void activate(Tx tx, AgentId agent) {
        store.setStanding(tx, agent.value(), Account.ACTIVE);
    }

    /// Nothing more is accepted in the agent's name until it is activated.
    public void suspend(Tx tx, AgentId agent) {
        store.setStanding(tx, agent.value(), Account.SUSPENDED);
    }

    /// Nothing more is accepted in the agent's name, for good.
    public void deactivate(Tx tx, AgentId agent) {
        store.setStanding(tx, agent.value(), Account.DEACTIVATED);
    }

    /// Old signatures and sessions of an active agent end with this commit: its key has changed.
    public void changeKey(Tx tx, AgentId agent) {
        store.setStanding(tx, agent.value(), Account.ACTIVE);
    }

    public void setFrozen(Tx tx, AgentId agent, boolean frozen) {
        store.setFrozen(tx, agent.value(), frozen);
    }

    /// An account as it stands, without a lock.
    public Optional<Account> find(Tx tx, AccountId id) {
        return store.find(tx, id.value());
    }

    /// What an agent's signature is checked against under a lock: rises with each change of key or standing.
    public Optional<Long> authVersion(Tx tx, AgentId agent) {
        return store.find(tx, agent.value()).map(account -> account.authVersion);
    }

    @Override
    public void require(Tx tx, Caller.Agent agent) {
        LedgerStore.Locked locked = new LedgerStore.Locked();
        Pipeline lock = tx.pipeline();
        store.lockAccounts(lock, List.of(agent.id().value()), locked);
        lock.run();
        Account account = locked.accounts.get(agent.id().value());
        if (account == null) {
            throw new RefusedException(Reason.UNKNOWN_CALLER);
        }
        requireStanding(account, agent);
    }

    static void requireStanding(Account account, Caller.Agent agent) {
        if (account.isDeactivated()) {
            throw new RefusedException(Reason.CALLER_DEACTIVATED);
        }
        if (!account.isActive()) {
            throw new RefusedException(Reason.CALLER_SUSPENDED);
        }
        if (account.authVersion != agent.authVersion()) {
            throw new RefusedException(Reason.KEY_CHANGED);
        }
    }

    /// The sum of balances per kind and peer.
    public List<Total> totals(Tx tx) {
        return store.totals(tx);
    }

    /// The sums of what has passed between this registry and one peer, as they are booked.
    public Map<AccountKind, Long> totals(Tx tx, String peer) {
        return store.totals(tx, peer);
    }

    /// The system accounts of one kind, by lane.
    public List<SystemAccount> stripes(Tx tx, AccountKind kind) {
        return store.stripes(tx, kind);
    }

    /// The names of system accounts among these; agents are absent.
    public Map<UUID, String> labels(Tx tx, Collection<UUID> accounts) {
        return store.labels(tx, accounts);
    }

    public Optional<Entry> entry(Tx tx, Position position) {
        return store.entry(tx, position);
    }

    /// Entries of a lane after a position, in the order in which they were committed.
    public List<Entry> entriesAfter(Tx tx, Position position, int limit) {
        return store.entriesAfter(tx, position, limit);
    }

    /// Those entries after `after` and not after `last`, places of one lane, that concern an agent: it is on one side
    /// or a party, or the entry is about it. Reads the whole range, so a caller keeps it short.
    public List<Entry> entriesOf(Tx tx, AgentId agent, Position after, Position last) {
        return store.entriesOf(tx, agent.value(), after, last);
    }

    /// An account's entries, newest first, from `from` on (itself included); nothing for position 0.
    public List<Entry> walk(Tx tx, AccountId account, long from, int limit) {
        return from == 0 ? List.of() : store.walk(tx, account.value(), from, limit);
    }

    /// Where every lane's chain ends.
    public List<Head> heads(Tx tx) {
        return store.heads(tx);
    }
}
