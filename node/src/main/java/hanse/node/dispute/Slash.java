package hanse.node.dispute;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.TradeParties;
import hanse.node.ledger.Wanted;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Takes money from an agent of this registry for good: from its bond first, then from what it can spend; all or
/// nothing. An account that an operator has frozen pays, too.
public final class Slash {
    private static final BigInteger PPM = BigInteger.valueOf(1_000_000);

    /// Attestations never take off more than half.
    private static final int MOST_MITIGATION = 500_000;

    private final Reputation reputation;
    private final int mitigationPpm;

    /// @param mitigationPpm how much each attestation that counts takes off, in parts per million; 0: none does
    public Slash(Reputation reputation, int mitigationPpm) {
        this.reputation = reputation;
        this.mitigationPpm = mitigationPpm;
    }

    /// Asks for the rows it needs.
    public void rows(Rows rows, AgentId defendant, List<UUID> cited) {
        reputation.wantBond(rows, defendant);
        reputation.wantCited(rows, cited);
    }

    /// Asks for the accounts it changes.
    ///
    /// @param claimant who asks for it: a peer's id, or `self`
    public void accounts(Wanted wanted, AgentId defendant, String claimant) {
        wanted.account(AccountId.of(defendant));
        reputation.bondAccounts(wanted, defendant);
        wanted.account(SystemAccount.slashed(claimant, wanted.lane()));
    }

    /// What cited attestations take off `amount`, rounded down to the micro.
    public Avt mitigation(Rows rows, AgentId defendant, Avt amount, List<UUID> cited, Instant filedAt) {
        if (mitigationPpm == 0 || cited.isEmpty()) {
            return Avt.ZERO;
        }
        long ppm = (long) reputation.counting(rows, defendant, cited, filedAt) * mitigationPpm;
        return new Avt(BigInteger.valueOf(amount.micros())
                .multiply(BigInteger.valueOf(Math.min(ppm, MOST_MITIGATION)))
                .divide(PPM)
                .longValueExact());
    }

    /// Why `amount` cannot be taken now: `UNKNOWN_AGENT`, `INSUFFICIENT_FUNDS`.
    public Optional<Reason> fault(Books books, AgentId defendant, Avt amount) {
        Optional<Account> account = books.find(AccountId.of(defendant)).filter(Account::isAgent);
        if (account.isEmpty()) {
            return Optional.of(Reason.UNKNOWN_AGENT);
        }
        Avt all = bonded(books, defendant).plus(account.get().available());
        return all.compareTo(amount) < 0 ? Optional.of(Reason.INSUFFICIENT_FUNDS) : Optional.empty();
    }

    /// Takes it; there is no [#fault].
    public void burn(Books books, AgentId defendant, String claimant, Avt amount, UUID dispute) {
        Avt first = bonded(books, defendant).min(amount);
        if (!first.isZero()) {
            post(books, reputation.bond(books, defendant).orElseThrow(), claimant, first, dispute, defendant);
            reputation.forfeited(books, defendant, first);
        }
        Avt rest = amount.minus(first);
        if (!rest.isZero()) {
            post(books, AccountId.of(defendant), claimant, rest, dispute, defendant);
        }
    }

    /// Micro-AVT that wait to be slashed.
    public record Held(Avt bond, Avt account) {
        public static final Held NOTHING = new Held(Avt.ZERO, Avt.ZERO);
    }

    /// Keeps the defendant from spending `amount`, or as much of that as there is.
    public Held hold(Books books, AgentId defendant, Avt amount, UUID about) {
        Avt bond = bonded(books, defendant).min(amount);
        Avt account = books.account(AccountId.of(defendant)).available().min(amount.minus(bond));
        Held held = new Held(bond, account);
        change(books, defendant, held, about, true);
        return held;
    }

    /// Takes that back.
    public void unhold(Books books, AgentId defendant, Held held, UUID about) {
        change(books, defendant, held, about, false);
    }

    private void change(Books books, AgentId defendant, Held held, UUID about, boolean hold) {
        if (!held.bond().isZero()) {
            AccountId bond = reputation.bond(books, defendant).orElseThrow();
            books.post(change(bond, held.bond(), hold).about(about).between(TradeParties.payer(defendant)));
        }
        if (!held.account().isZero()) {
            books.post(change(AccountId.of(defendant), held.account(), hold).about(about));
        }
    }

    private static Posting change(AccountId account, Avt amount, boolean hold) {
        return hold
                ? Posting.hold(EntryKind.SLASH_HELD, account, amount)
                : Posting.unhold(EntryKind.SLASH_HOLD_ENDED, account, amount);
    }

    private static void post(
            Books books, AccountId from, String claimant, Avt amount, UUID dispute, AgentId defendant) {
        books.post(Posting.move(
                        EntryKind.DISPUTE_SLASH,
                        from,
                        SystemAccount.slashed(claimant, books.lane()).id(),
                        amount)
                .about(dispute)
                .between(from.equals(AccountId.of(defendant)) ? TradeParties.NONE : TradeParties.payer(defendant)));
    }

    private Avt bonded(Books books, AgentId defendant) {
        return reputation
                .bond(books, defendant)
                .flatMap(books::find)
                .map(Account::available)
                .orElse(Avt.ZERO);
    }
}
