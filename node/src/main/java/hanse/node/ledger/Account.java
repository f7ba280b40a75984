package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.util.UUID;

/// An account, locked for the transaction in progress. Only [Books] changes it.
public final class Account {
    static final short ACTIVE = 1;
    static final short SUSPENDED = 2;
    static final short DEACTIVATED = 3;

    final UUID id;
    final AccountKind kind;
    final long authVersion;
    final short status;
    final boolean frozen;
    long balance;
    long held;
    long version;
    long lastEntry;
    boolean changed;

    Account(
            UUID id,
            AccountKind kind,
            long balance,
            long held,
            long version,
            long lastEntry,
            long authVersion,
            short status,
            boolean frozen) {
        this.id = id;
        this.kind = kind;
        this.balance = balance;
        this.held = held;
        this.version = version;
        this.lastEntry = lastEntry;
        this.authVersion = authVersion;
        this.status = status;
        this.frozen = frozen;
    }

    /// Micro-AVT; negative for a source of tokens.
    public long balance() {
        return balance;
    }

    public Avt held() {
        return new Avt(held);
    }

    /// Counts the changes of balance and held.
    public long version() {
        return version;
    }

    /// Position of the newest entry that changed it; 0 if there is none.
    public long lastEntry() {
        return lastEntry;
    }

    /// What can be spent.
    public Avt available() {
        return new Avt(balance - held);
    }

    public boolean isAgent() {
        return kind == AccountKind.AGENT;
    }

    public boolean isActive() {
        return status == ACTIVE;
    }

    public boolean isDeactivated() {
        return status == DEACTIVATED;
    }

    public boolean isFrozen() {
        return frozen;
    }

    /// Refuses unless `amount` more can leave this account now: `ACCOUNT_FROZEN`, `INSUFFICIENT_FUNDS`.
    public void requireAvailable(Avt amount) {
        if (frozen) {
            throw new RefusedException(Reason.ACCOUNT_FROZEN);
        }
        if (balance - held < amount.micros()) {
            throw new RefusedException(Reason.INSUFFICIENT_FUNDS);
        }
    }
}
