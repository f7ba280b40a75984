package hanse.node.account;

import hanse.error.v1.Reason;
import hanse.ledger.v1.TransferResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.call.WireTime;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Transfers;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import java.util.Optional;

/// Pays another agent of this registry.
record TransferCommand(Transfers transfers, Call asked, AgentId payer, AgentId payee, Avt amount, String memo)
        implements Command<TransferResponse> {
    TransferCommand {
        if (payer.equals(payee)) {
            throw new RefusedException(Reason.SELF_TRANSFER);
        }
    }

    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        transfers.accounts(wanted, payee);
    }

    @Override
    public TransferResponse decide(Books books) {
        transfers.fee(amount);
        books.activeAgent(payee);
        AccountId from = AccountId.of(payer);
        books.account(from).requireAvailable(amount);
        Transfers.Moved moved =
                transfers.pay(books, EntryKind.TOKENS_TRANSFERRED, from, payee, amount, false, Optional.empty(), memo);
        return TransferResponse.newBuilder()
                .setTransferId(moved.position().toString())
                .setAmount(amount.toString())
                .setFee(moved.fee().toString())
                .setReceived(moved.received().toString())
                .setBalance(Avt.text(books.account(from).balance()))
                .setAt(WireTime.of(books.now()))
                .build();
    }

    @Override
    public byte[] remember(TransferResponse answer) {
        return answer.toByteArray();
    }

    @Override
    public TransferResponse recall(byte[] remembered) {
        return Remembered.read(TransferResponse.parser(), remembered);
    }
}
