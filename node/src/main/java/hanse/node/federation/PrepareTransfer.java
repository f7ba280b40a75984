package hanse.node.federation;

import hanse.error.v1.Reason;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountId;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Books;
import hanse.node.ledger.Command;
import hanse.node.ledger.Rows;
import hanse.node.ledger.Wanted;
import hanse.node.outcome.Remembered;
import java.util.Optional;
import java.util.UUID;

/// Takes the money of a plain cross-registry transfer from its payer.
///
/// @param id the transfer's, if it is not made already
record PrepareTransfer(
        Frames frames, PeerDirectory peers, Call asked, UUID id, AgentId payer, Did payee, Avt amount, String memo)
        implements Command<PrepareTransfer.Result> {
    /// @param isNew whether this very call has made the transfer
    record Result(CrossRegistryTransferResponse answer, boolean isNew) {}

    @Override
    public Optional<Call> call() {
        return Optional.of(asked);
    }

    @Override
    public void rows(Rows rows) {
        frames.wantOpen(rows, asked.request().key());
    }

    @Override
    public void accounts(Rows rows, Wanted wanted) {
        frames.accounts(wanted, payee.registry());
    }

    @Override
    public Result decide(Books books) {
        Optional<Frame> open = frames.open(books.rows(), asked.request().key());
        if (open.isPresent()) {
            if (!open.get().payee().equals(payee) || !open.get().amount().equals(amount)) {
                throw new RefusedException(Reason.REQUEST_ID_REUSED);
            }
            return new Result(TransferWire.transfer(open.get()), false);
        }
        peers.requireActive(payee.registry());
        books.account(AccountId.of(payer)).requireAvailable(amount);
        Frames.Prepared prepared = frames.prepare(
                books,
                new Frames.Order(
                        id,
                        payer,
                        AccountId.of(payer),
                        payee,
                        amount,
                        new Frame.Purpose.Transfer(Optional.of(asked.request().key())),
                        false,
                        memo,
                        asked.traceparent()));
        return new Result(TransferWire.transfer(prepared.frame()), true);
    }

    @Override
    public byte[] remember(Result result) {
        return result.answer().toByteArray();
    }

    @Override
    public Result recall(byte[] remembered) {
        return new Result(Remembered.read(CrossRegistryTransferResponse.parser(), remembered), false);
    }
}
