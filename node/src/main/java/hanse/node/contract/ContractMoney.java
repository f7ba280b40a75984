package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.ledger.Account;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Posting;
import hanse.node.ledger.Rows;
import hanse.node.ledger.SystemAccount;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.node.payment.HeldMoney;
import hanse.node.payment.Token;
import java.util.Optional;

/// The money of contracts: into escrow, to the provider by the ordinary transfer path, and back.
final class ContractMoney {
    private final Transfers transfers;
    private final HeldMoney tokens;

    ContractMoney(Transfers transfers, HeldMoney tokens) {
        this.transfers = transfers;
        this.tokens = tokens;
    }

    /// Refuses with `AMOUNT_TOO_SMALL` a milestone of which the fee would leave nothing.
    void requirePayable(Milestone milestone) {
        transfers.fee(milestone.amount());
    }

    void fundingAccounts(Contract contract, Wanted wanted) {
        wanted.account(AccountId.of(contract.agreement().contractor()));
        if (contract.agreement().isEscrowed()) {
            wanted.account(SystemAccount.escrow(contract.id()));
        }
    }

    /// Puts the whole amount of an escrowed contract into escrow. Refuses with `AGENT_NOT_ACTIVE`,
    /// `CONTRACT_NOT_FUNDED`; why, is the contractor's own affair.
    void fund(Contract contract, Books books) {
        Account contractor = books.activeAgent(contract.agreement().contractor());
        if (!contract.agreement().isEscrowed()) {
            return;
        }
        Avt total = contract.agreement().total();
        if (contractor.isFrozen() || contractor.available().compareTo(total) < 0) {
            throw new RefusedException(Reason.CONTRACT_NOT_FUNDED);
        }
        books.post(Posting.move(
                        EntryKind.ESCROW_FUNDED,
                        AccountId.of(contract.agreement().contractor()),
                        SystemAccount.escrow(contract.id()).id(),
                        total)
                .about(contract.id()));
    }

    void returnAccounts(Contract contract, Wanted wanted) {
        if (!contract.escrowed().isZero()) {
            fundingAccounts(contract, wanted);
        }
    }

    /// Gives back what is in escrow.
    ///
    /// @param contract as it was before its change
    void giveBack(Contract contract, Books books) {
        if (!contract.escrowed().isZero()) {
            books.post(Posting.move(
                            EntryKind.ESCROW_RETURNED,
                            SystemAccount.escrow(contract.id()).id(),
                            AccountId.of(contract.agreement().contractor()),
                            contract.escrowed())
                    .about(contract.id()));
        }
    }

    void tokenRows(Rows rows, Token token) {
        tokens.rows(rows, token);
    }

    void payAccounts(Contract contract, Wanted wanted) {
        fundingAccounts(contract, wanted);
        transfers.accounts(wanted, contract.agreement().provider().agent());
    }

    /// Pays a milestone that may be approved: from the escrow, a token's held money, or the contractor's balance.
    /// Refuses with `AGENT_NOT_ACTIVE`, `INSUFFICIENT_FUNDS`, `ACCOUNT_FROZEN`, and for a token with the reasons of
    /// [HeldMoney#pay].
    Contract pay(Contract contract, Milestone milestone, Optional<Token> token, Books books) {
        AgentId provider = contract.agreement().provider().agent();
        if (books.account(AccountId.of(provider)).isDeactivated()) {
            throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
        }
        return token.isPresent()
                ? payByToken(contract, milestone, token.get(), books)
                : pay(contract, milestone, books);
    }

    private Contract pay(Contract contract, Milestone milestone, Books books) {
        boolean fromEscrow = contract.agreement().isEscrowed();
        AccountId contractor = AccountId.of(contract.agreement().contractor());
        if (!fromEscrow) {
            books.account(contractor).requireAvailable(milestone.amount());
        }
        Transfers.Moved moved = transfers.pay(
                books,
                EntryKind.TOKENS_TRANSFERRED,
                fromEscrow ? SystemAccount.escrow(contract.id()).id() : contractor,
                contract.agreement().provider().agent(),
                milestone.amount(),
                false,
                Optional.of(contract.id()),
                "");
        return contract.paid(milestone.paid(books.now(), moved.position(), Optional.empty()), fromEscrow, books.now());
    }

    private Contract payByToken(Contract contract, Milestone milestone, Token token, Books books) {
        if (contract.agreement().isEscrowed()) {
            // Its money is in escrow already.
            throw new RefusedException(Reason.TOKEN_DOES_NOT_FIT);
        }
        HeldMoney.Paid paid = tokens.pay(
                books,
                token,
                contract.agreement().contractor(),
                contract.agreement().provider().agent(),
                milestone.amount());
        return contract.paid(
                milestone.paid(books.now(), paid.moved().position(), Optional.of(paid.payment())), false, books.now());
    }
}
