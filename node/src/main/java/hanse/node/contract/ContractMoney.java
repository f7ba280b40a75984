package hanse.node.contract;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.federation.Frame;
import hanse.node.federation.Frames;
import hanse.node.federation.MessageId;
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
import hanse.node.payment.Payment;
import hanse.node.payment.Token;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// The money of contracts: into escrow, to the provider by the ordinary transfer path, and back.
final class ContractMoney {
    private final RegistryId self;
    private final Transfers transfers;
    private final HeldMoney tokens;
    private final Optional<Frames> frames;

    /// @param frames transfers to peers, if there are any
    ContractMoney(RegistryId self, Transfers transfers, HeldMoney tokens, Optional<Frames> frames) {
        this.self = self;
        this.transfers = transfers;
        this.tokens = tokens;
        this.frames = frames;
    }

    /// Refuses with `AMOUNT_TOO_SMALL` a milestone of which the fee would leave nothing.
    void requirePayable(Milestone milestone) {
        transfers.fee(milestone.amount());
    }

    /// Refuses with `AGENT_NOT_ACTIVE` when its provider, of this registry, cannot be paid any more; and as the other.
    void requirePayable(Contract contract, Milestone milestone, Books books) {
        requirePayable(milestone);
        if (contract.providerRegistry(self).isEmpty()) {
            requireReachable(contract, books);
        }
    }

    private static void requireReachable(Contract contract, Books books) {
        AgentId provider = contract.agreement().provider().agent();
        if (books.account(AccountId.of(provider)).isDeactivated()) {
            throw new RefusedException(Reason.AGENT_NOT_ACTIVE);
        }
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
        giveBack(contract, contract.escrowed(), books);
    }

    /// Gives back a part of it.
    void giveBack(Contract contract, Avt amount, Books books) {
        if (!amount.isZero()) {
            books.post(Posting.move(
                            EntryKind.ESCROW_RETURNED,
                            SystemAccount.escrow(contract.id()).id(),
                            AccountId.of(contract.agreement().contractor()),
                            amount)
                    .about(contract.id()));
        }
    }

    void tokenRows(Rows rows, Token token) {
        tokens.rows(rows, token);
    }

    void payAccounts(Contract contract, Wanted wanted) {
        fundingAccounts(contract, wanted);
        Optional<RegistryId> peer = contract.providerRegistry(self);
        if (peer.isPresent()) {
            frames().accounts(wanted, peer.get());
        } else {
            transfers.accounts(wanted, contract.agreement().provider().agent());
        }
    }

    /// Where the pay of a contract's milestones comes from.
    AccountId source(Contract contract) {
        return contract.agreement().isEscrowed()
                ? SystemAccount.escrow(contract.id()).id()
                : AccountId.of(contract.agreement().contractor());
    }

    /// Pays a milestone that may be approved: from the escrow, a token's held money, or the contractor's balance. To a
    /// provider on a peer the money goes in flight. Refuses with `AGENT_NOT_ACTIVE`, `INSUFFICIENT_FUNDS`,
    /// `ACCOUNT_FROZEN`, and for a token with the reasons of [HeldMoney#pay].
    Contract pay(Contract contract, Milestone milestone, Optional<Token> token, Books books, String traceparent) {
        if (token.isEmpty() && !contract.agreement().isEscrowed()) {
            books.account(AccountId.of(contract.agreement().contractor())).requireAvailable(milestone.amount());
        }
        if (token.isPresent() && contract.agreement().isEscrowed()) {
            // Its money is in escrow already.
            throw new RefusedException(Reason.TOKEN_DOES_NOT_FIT);
        }
        if (contract.providerRegistry(self).isPresent()) {
            return send(contract, milestone, token, books, traceparent);
        }
        requireReachable(contract, books);
        return token.isPresent()
                ? payByToken(contract, milestone, token.get(), books)
                : pay(contract, milestone, books);
    }

    /// Pays from escrow a milestone that a ruling has awarded to the provider.
    Contract payAwarded(Contract contract, Milestone awarded, Books books) {
        return pay(contract.awarded(awarded, books.now()), awarded, Optional.empty(), books, "");
    }

    private Contract pay(Contract contract, Milestone milestone, Books books) {
        Transfers.Moved moved = transfers.pay(
                books,
                EntryKind.TOKENS_TRANSFERRED,
                source(contract),
                contract.agreement().provider().agent(),
                milestone.amount(),
                false,
                Optional.of(contract.id()),
                "");
        return contract.paid(
                milestone.paid(books.now(), moved.position(), Optional.empty()),
                contract.agreement().isEscrowed(),
                books.now());
    }

    /// MILESTONE is PAYING ⇔ the frame is PREPARED.
    private Contract send(
            Contract contract, Milestone milestone, Optional<Token> token, Books books, String traceparent) {
        if (token.isPresent()) {
            return sendByToken(contract, milestone, token.get(), books, traceparent);
        }
        int attempt = milestone.pay().attempt() + 1;
        Frames.Prepared prepared = frames().prepare(
                        books,
                        new Frames.Order(
                                transferId(contract, milestone, attempt, books.now()),
                                contract.agreement().contractor(),
                                source(contract),
                                contract.agreement().provider(),
                                milestone.amount(),
                                new Frame.Purpose.Milestone(contract.id(), milestone.number(), attempt),
                                false,
                                "",
                                traceparent));
        Milestone paying = milestone.paying(books.now(), prepared.frame().id(), prepared.position(), Optional.empty());
        return contract.paying(paying, books.now());
    }

    /// MILESTONE is PAYING ⇔ the payment is SETTLING.
    private Contract sendByToken(Contract contract, Milestone milestone, Token token, Books books, String traceparent) {
        Payment settling = tokens.send(
                books,
                token,
                contract.agreement().contractor(),
                contract.agreement().provider(),
                milestone.amount(),
                new Frame.Purpose.Milestone(
                        contract.id(), milestone.number(), milestone.pay().attempt() + 1),
                traceparent);
        Milestone paying = milestone.paying(
                books.now(),
                settling.frame().orElseThrow(),
                settling.transfer().orElseThrow(),
                Optional.of(settling.id()));
        return contract.paying(paying, books.now());
    }

    private static UUID transferId(Contract contract, Milestone milestone, int attempt, Instant now) {
        UUID hash = MessageId.hash(ByteBuffer.allocate(24)
                .putLong(contract.id().getMostSignificantBits())
                .putLong(contract.id().getLeastSignificantBits())
                .putInt(milestone.number())
                .putInt(attempt));
        return MessageId.of(now, hash);
    }

    private Frames frames() {
        return frames.orElseThrow(() -> new RefusedException(Reason.UNKNOWN_PEER));
    }

    private Contract payByToken(Contract contract, Milestone milestone, Token token, Books books) {
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
