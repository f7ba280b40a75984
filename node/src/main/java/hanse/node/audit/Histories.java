package hanse.node.audit;

import hanse.node.ledger.Entry;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Whether every account's history is whole, told from the entries in whatever order they come: each change leads from
/// one state of an account (balance, held, version, last entry) to the next, so that all states that changes begin
/// with, and those that accounts have now, are all that changes end with, and empty accounts. The two are compared as
/// products over (r − state) in the field of 2^61 − 1, where r, and what makes a number of a state, is drawn afresh: of
/// a journal that was written before, and has n changes, a fault passes with a probability of some n in 2^61.
final class Histories {
    private static final long FIELD = (1L << 61) - 1;
    private static final long HALF = 0xffff_ffffL;
    private static final int WORDS = 6;

    private final Set<UUID> sources;
    private final long[] keys = new long[2 * WORDS];
    private final long r;
    private long ended = 1;
    private long begun = 1;
    private boolean allowed = true;

    /// @param sources the accounts that are never positive
    Histories(Set<UUID> sources) {
        this.sources = sources;
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < keys.length; i++) {
            keys[i] = random.nextLong(FIELD);
        }
        r = random.nextLong(FIELD);
    }

    /// An entry that the journal has.
    void add(Entry entry) {
        long position = entry.position().value();
        long amount = entry.amount().micros();
        add(entry.debit(), position, -amount, entry.heldChange());
        add(entry.credit(), position, amount, 0);
    }

    private void add(Optional<Entry.Side> changed, long position, long change, long heldChange) {
        if (changed.isEmpty()) {
            return;
        }
        Entry.Side side = changed.get();
        long balance = side.balance();
        long held = side.held();
        allowed &= sources.contains(side.account()) ? balance <= 0 && held == 0 : held >= 0 && held <= balance;
        begun = times(
                begun, state(side.account(), balance - change, held - heldChange, side.version() - 1, side.previous()));
        ended = times(ended, state(side.account(), balance, held, side.version(), position));
    }

    /// An account that there is.
    void add(AuditStore.Row account) {
        ended = times(ended, state(account.id(), 0, 0, 0, 0));
        begun = times(
                begun, state(account.id(), account.balance(), account.held(), account.version(), account.lastEntry()));
    }

    /// To be asked when all entries and accounts have been added.
    boolean areWhole() {
        return allowed && begun == ended;
    }

    private long state(UUID account, long balance, long held, long version, long lastEntry) {
        long sum = word(0, account.getMostSignificantBits())
                + word(1, account.getLeastSignificantBits())
                + word(2, balance)
                + word(3, held);
        sum = reduced(sum) + word(4, version) + word(5, lastEntry);
        return reduced(r + FIELD - reduced(sum));
    }

    /// Less than twice the field.
    private long word(int place, long word) {
        return reduced(times(keys[2 * place], word >>> 32) + times(keys[2 * place + 1], word & HALF));
    }

    private static long times(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        return reduced((low & FIELD) + (high << 3 | low >>> 61));
    }

    /// Of a number that is not negative.
    private static long reduced(long number) {
        long folded = (number & FIELD) + (number >>> 61);
        return folded >= FIELD ? folded - FIELD : folded;
    }
}
