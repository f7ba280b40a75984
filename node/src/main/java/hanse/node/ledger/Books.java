package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.storage.Tx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// The locked accounts of one transaction and the only way to change them. Each change is a journal entry.
public final class Books {
    private final Tx tx;
    private final int lane;
    private final Rows rows;
    private final Map<UUID, Account> accounts;
    private final long firstNumber;
    private final List<Entry> entries = new ArrayList<>();

    Books(Tx tx, int lane, long lastNumber, Rows rows, Map<UUID, Account> accounts) {
        this.tx = tx;
        this.lane = lane;
        this.firstNumber = lastNumber + 1;
        this.rows = rows;
        this.accounts = accounts;
    }

    /// The lane of this transaction.
    public int lane() {
        return lane;
    }

    /// The time of this transaction.
    public Instant now() {
        return tx.now();
    }

    /// By [Tx#afterCommit]; in a batch after its callers have been told.
    public void afterCommit(Runnable hint) {
        tx.afterCommit(hint);
    }

    /// The domain rows of this transaction.
    public Rows rows() {
        return rows;
    }

    /// An account that was asked for and exists.
    public Account account(AccountId id) {
        return find(id).orElseThrow(() -> new IllegalStateException("an account was used that nobody asked for"));
    }

    /// An account that was asked for, if it exists.
    public Optional<Account> find(AccountId id) {
        return Optional.ofNullable(accounts.get(id.value()));
    }

    /// The account of an agent that can take part in new business: refuses with `UNKNOWN_AGENT`, `AGENT_NOT_ACTIVE`.
    public Account activeAgent(AgentId agent) {
        Account account = find(AccountId.of(agent))
                .filter(Account::isAgent)
                .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_AGENT));
        if (!account.isActive()) {
            throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
        }
        return account;
    }

    /// Makes a journal entry. The caller has checked that it may; what would break an account's own rules is a fault
    /// and stops the whole transaction, except that a balance beyond what a `long` counts is refused with
    /// `BALANCE_OVERFLOW`.
    public Position post(Posting posting) {
        Position position = new Position(Position.of(lane, firstNumber + entries.size()));
        Optional<Account> debit = posting.debit().map(this::account);
        Optional<Account> credit = posting.credit().map(this::account);
        long amount = posting.amount().micros();
        if (credit.isPresent() && credit.get().balance > Long.MAX_VALUE - amount) {
            throw new RefusedException(Reason.BALANCE_OVERFLOW);
        }
        Optional<Entry.Side> debitSide = debit.map(account -> change(account, position, -amount, posting.heldChange()));
        Optional<Entry.Side> creditSide = credit.map(account -> change(account, position, amount, 0));
        entries.add(new Entry(
                position,
                now(),
                posting.kind(),
                debitSide,
                creditSide,
                posting.amount(),
                posting.heldChange(),
                posting.link(),
                posting.subject(),
                posting.note(),
                posting.parties()));
        return position;
    }

    /// Decides something that may be refused. A refusal must come before the first change, or the rest would be half
    /// done: one that comes later is a fault and stops the whole transaction.
    public <T> T orNothing(Supplier<T> decision) {
        int before = changes();
        try {
            return decision.get();
        } catch (RefusedException refusal) {
            if (changes() != before) {
                throw new IllegalStateException("the books were changed and then came a refusal", refusal);
            }
            throw refusal;
        }
    }

    private int changes() {
        return entries.size() + rows.changes();
    }

    List<Entry> entries() {
        return entries;
    }

    Collection<Account> changed() {
        return accounts.values().stream().filter(account -> account.changed).toList();
    }

    private static Entry.Side change(Account account, Position position, long amount, long heldChange) {
        long balance = Math.addExact(account.balance, amount);
        long held = Math.addExact(account.held, heldChange);
        boolean sound = account.kind.isSource() ? balance <= 0 && held == 0 : held >= 0 && held <= balance;
        if (!sound) {
            throw new IllegalStateException(
                    "an entry would leave account " + account.id + " with balance " + balance + " and held " + held);
        }
        long previous = account.lastEntry;
        account.balance = balance;
        account.held = held;
        account.version++;
        account.lastEntry = position.value();
        account.changed = true;
        return new Entry.Side(account.id, balance, held, account.version, previous);
    }
}
