package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import hanse.node.identity.Ed25519Key;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.node.payment.Token;
import java.util.HexFormat;
import java.util.Optional;

/// What one side does to a contract. Whoever carries it out has locked the contract's row and made sure that the actor
/// is on that side.
sealed interface Change {
    /// The side that may; empty when either may.
    Optional<Side> by();

    /// What the journal calls it.
    EntryKind kind();

    /// What the journal notes, JSON; empty for nothing.
    default String note(Contract changed) {
        return "";
    }

    /// Asks for domain rows besides the contract's.
    default void rows(Rows rows, ContractMoney money) {}

    /// Asks for the accounts that change, or are looked at, with it.
    default void accounts(Contract contract, Wanted wanted, ContractMoney money) {}

    /// Makes the change, with the money that moves. Refuses before anything has changed.
    ///
    /// @param traceparent of the call that asks for it
    Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent);

    /// The provider agrees.
    ///
    /// @param key the provider's present key
    /// @param termsHash of the terms that it has read, hex; may be empty
    record Accept(String signature, Ed25519Key key, String termsHash) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.PROVIDER);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.CONTRACT_ACCEPTED;
        }

        @Override
        public void accounts(Contract contract, Wanted wanted, ContractMoney money) {
            money.fundingAccounts(contract, wanted);
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            byte[] hash = contract.agreement().termsHash();
            if (!termsHash.isEmpty()
                    && !termsHash.equalsIgnoreCase(HexFormat.of().formatHex(hash))) {
                throw new RefusedException(Reason.TERMS_CHANGED);
            }
            Contract accepted = contract.accepted(Signed.check(hash, signature, key), books.now());
            money.fund(accepted, books);
            return accepted;
        }
    }

    /// The provider does not agree.
    record Decline(String why) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.PROVIDER);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.CONTRACT_DECLINED;
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            return contract.declined(why, books.now());
        }
    }

    /// The contractor takes the proposal back.
    record Withdraw(String why) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.CONTRACTOR);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.CONTRACT_WITHDRAWN;
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            return contract.withdrawn(why, books.now());
        }
    }

    /// The provider hands in the work of a milestone.
    record Submit(String milestone, String submission) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.PROVIDER);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.WORK_SUBMITTED;
        }

        @Override
        public String note(Contract changed) {
            return Notes.milestone(changed.milestone(milestone));
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            return contract.submitted(contract.milestone(milestone), submission, books.now());
        }
    }

    /// The contractor sends the work of a milestone back.
    record Reject(String milestone, String why) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.CONTRACTOR);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.WORK_REJECTED;
        }

        @Override
        public String note(Contract changed) {
            return Notes.milestone(changed.milestone(milestone));
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            return contract.rejected(contract.milestone(milestone), why, books.now());
        }
    }

    /// The contractor approves the work of a milestone, which pays it.
    ///
    /// @param token whose held money pays; empty: the escrow, or the contractor's balance
    record Approve(String milestone, Optional<Token> token) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.CONTRACTOR);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.WORK_APPROVED;
        }

        @Override
        public String note(Contract changed) {
            return Notes.milestone(changed.milestone(milestone));
        }

        @Override
        public void rows(Rows rows, ContractMoney money) {
            token.ifPresent(presented -> money.tokenRows(rows, presented));
        }

        @Override
        public void accounts(Contract contract, Wanted wanted, ContractMoney money) {
            money.payAccounts(contract, wanted);
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            Milestone work = contract.milestone(milestone);
            contract.requireApprovable(work);
            return money.pay(contract, work, token, books, traceparent);
        }
    }

    /// The provider takes the pay for work that was not judged in time.
    record Claim(String milestone) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.PROVIDER);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.WORK_CLAIMED;
        }

        @Override
        public String note(Contract changed) {
            return Notes.milestone(changed.milestone(milestone));
        }

        @Override
        public void accounts(Contract contract, Wanted wanted, ContractMoney money) {
            money.payAccounts(contract, wanted);
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            Milestone work = contract.milestone(milestone);
            contract.requireClaimable(work, books.now());
            return money.pay(contract, work, Optional.empty(), books, traceparent);
        }
    }

    /// The contractor declares the work failed.
    record MarkFailed(String why) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.of(Side.CONTRACTOR);
        }

        @Override
        public EntryKind kind() {
            return EntryKind.CONTRACT_FAILED;
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            return contract.failed(why, books.now());
        }
    }

    /// One side wishes to end the contract, or not any more; when both do, it ends.
    record Cancel(boolean consent, String why) implements Change {
        @Override
        public Optional<Side> by() {
            return Optional.empty();
        }

        @Override
        public EntryKind kind() {
            return EntryKind.CONTRACT_CANCEL_ASKED;
        }

        @Override
        public String note(Contract changed) {
            return "{\"consent\":" + consent + "}";
        }

        @Override
        public void accounts(Contract contract, Wanted wanted, ContractMoney money) {
            money.returnAccounts(contract, wanted);
        }

        @Override
        public Contract apply(Contract contract, Side actor, Books books, ContractMoney money, String traceparent) {
            Contract next = contract.cancelAsked(actor, consent, why, books.now());
            if (next.state() == Contract.State.CANCELLED) {
                money.giveBack(contract, books);
            }
            return next;
        }
    }
}
