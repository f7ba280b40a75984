package hanse.node.ledger;

import hanse.node.call.AgentId;
import java.util.Optional;
import java.util.UUID;

/// The ordinary transfer path: what the payer pays, less the fee, reaches the payee; the fee reaches this lane's stripe
/// of the treasury. Everything that pays an agent of this registry goes this way.
public final class Transfers {
    private final Fee fee;

    public Transfers(Fee fee) {
        this.fee = fee;
    }

    /// What was moved.
    ///
    /// @param position of the transfer; the fee's entry follows it
    public record Moved(Position position, Avt amount, Avt fee) {
        public Avt received() {
            return amount.minus(fee);
        }
    }

    /// Asks for the accounts that [#pay] changes besides the payer's.
    public void accounts(Wanted wanted, AgentId payee) {
        wanted.account(AccountId.of(payee));
        wanted.account(SystemAccount.treasury(wanted.lane()));
    }

    /// The fee that [#pay] will take. Refuses with `AMOUNT_TOO_SMALL`.
    public Avt fee(Avt amount) {
        return fee.of(amount);
    }

    /// Pays. The caller has checked the payer's funds and that the payee may be paid.
    ///
    /// @param payer an agent's account, or where imported tokens come from
    /// @param outOfHold whether the amount stops being held with it
    public Moved pay(
            Books books,
            EntryKind kind,
            AccountId payer,
            AgentId payee,
            Avt amount,
            boolean outOfHold,
            Optional<UUID> subject,
            String note) {
        Avt charge = fee.of(amount);
        Posting posting = Posting.move(kind, payer, AccountId.of(payee), amount).noting(note);
        posting = subject.map(posting::about).orElse(posting);
        Position position = books.post(outOfHold ? posting.outOfHold() : posting);
        if (!charge.isZero()) {
            Posting collected = Posting.move(
                            EntryKind.TRANSACTION_FEE_COLLECTED,
                            AccountId.of(payee),
                            SystemAccount.treasury(books.lane()).id(),
                            charge)
                    .linkedTo(position);
            books.post(subject.map(collected::about).orElse(collected));
        }
        return new Moved(position, amount, charge);
    }
}
