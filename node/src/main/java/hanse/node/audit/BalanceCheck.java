package hanse.node.audit;

import hanse.node.audit.AuditStore.Change;
import hanse.node.audit.AuditStore.Row;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Position;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Every account's row: that its history is whole and ends in what the row says, whatever lanes it was written in; then
/// the equations. Where it is not, the changes are read again, sorted by account by PostgreSQL, to find the first that
/// does not follow from the one before it.
final class BalanceCheck {
    private final AuditStore store;
    private final Tx tx;
    private final Histories histories;
    private final Map<AccountKind, BigInteger> totals = new EnumMap<>(AccountKind.class);

    /// @param histories that have been told of every entry
    BalanceCheck(AuditStore store, Tx tx, Histories histories) {
        this.store = store;
        this.tx = tx;
        this.histories = histories;
    }

    void run() throws Fault.Found {
        try (RowStream<Row> accounts = store.accounts(tx)) {
            while (accounts.hasNext()) {
                Row account = accounts.next();
                requireName(account);
                histories.add(account);
                totals.merge(account.kind(), BigInteger.valueOf(account.balance()), BigInteger::add);
            }
        }
        if (!histories.areWhole()) {
            search();
            throw new Fault.Found(new Fault("journal", "does not make the balances that accounts have"));
        }
        equations();
    }

    private void search() throws Fault.Found {
        try (RowStream<Change> changes = store.changes(tx);
                RowStream<Row> accounts = store.accounts(tx)) {
            Optional<Change> next = next(changes);
            while (accounts.hasNext()) {
                Row account = accounts.next();
                if (next.isPresent() && compare(next.get().account(), account.id()) < 0) {
                    break;
                }
                State state = State.NEW;
                while (next.isPresent() && next.get().account().equals(account.id())) {
                    state = follow(account, state, next.get());
                    next = next(changes);
                }
                requireEnd(account, state);
            }
            if (next.isPresent()) {
                throw new Fault.Found(Fault.account(
                        next.get().account(),
                        "is missing; journal " + next.get().position() + " changes it"));
            }
        }
    }

    /// An account after some of its changes.
    private record State(long balance, long held, long version, long lastEntry) {
        static final State NEW = new State(0, 0, 0, 0);
    }

    private static State follow(Row account, State before, Change change) throws Fault.Found {
        State after = new State(
                change.balance(),
                change.held(),
                change.version(),
                change.position().value());
        boolean follows = change.version() == before.version() + 1
                && change.balance() == before.balance() + change.change()
                && change.held() == before.held() + change.heldChange()
                && change.previous() == before.lastEntry();
        if (!follows) {
            throw new Fault.Found(Fault.journal(
                    change.position(), "does not follow from the entry before it on account " + account.id()));
        }
        boolean allowed = account.kind().isSource()
                ? change.balance() <= 0 && change.held() == 0
                : change.held() >= 0 && change.held() <= change.balance();
        if (!allowed) {
            throw new Fault.Found(Fault.journal(
                    change.position(),
                    "leaves account " + account.id() + " with balance " + Avt.text(change.balance()) + " and held "
                            + Avt.text(change.held())));
        }
        return after;
    }

    private static void requireEnd(Row account, State end) throws Fault.Found {
        if (account.version() != end.version() || account.lastEntry() != end.lastEntry()) {
            throw new Fault.Found(Fault.account(
                    account.id(),
                    "says that its last entry is " + new Position(account.lastEntry()) + " at version "
                            + account.version() + "; the journal says " + new Position(end.lastEntry())
                            + " at version " + end.version()));
        }
        if (account.balance() != end.balance() || account.held() != end.held()) {
            throw new Fault.Found(Fault.account(
                    account.id(),
                    "has balance " + Avt.text(account.balance()) + " and held " + Avt.text(account.held())
                            + "; the journal says " + Avt.text(end.balance()) + " and " + Avt.text(end.held())));
        }
    }

    private static void requireName(Row account) throws Fault.Found {
        if (account.named().isPresent() && !account.named().get().id().value().equals(account.id())) {
            throw new Fault.Found(Fault.account(
                    account.id(),
                    "is not the account of " + account.named().get().label()));
        }
    }

    private void equations() throws Fault.Found {
        BigInteger sum = totals.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
        if (sum.signum() != 0) {
            throw new Fault.Found(new Fault("sum of all balances", "is " + sum + " micro-AVT instead of 0"));
        }
        BigInteger made = of(AccountKind.ISSUED, AccountKind.COMPENSATED, AccountKind.IMPORTED)
                .subtract(of(AccountKind.DESTROYED, AccountKind.SLASHED, AccountKind.EXPORTED));
        BigInteger there = of(
                AccountKind.AGENT, AccountKind.TREASURY, AccountKind.ESCROW, AccountKind.BOND, AccountKind.IN_FLIGHT);
        if (!made.equals(there)) {
            throw new Fault.Found(new Fault(
                    "supply", "of " + made + " micro-AVT was issued and not destroyed, but there are " + there));
        }
    }

    /// Magnitudes.
    private BigInteger of(AccountKind... kinds) {
        return List.of(kinds).stream()
                .map(kind -> totals.getOrDefault(kind, BigInteger.ZERO).abs())
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    private static Optional<Change> next(RowStream<Change> changes) {
        return changes.hasNext() ? Optional.of(changes.next()) : Optional.empty();
    }

    /// PostgreSQL's order of UUIDs, which is not Java's.
    private static int compare(UUID a, UUID b) {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }
}
