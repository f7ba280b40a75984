package hanse.drill;

import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.ledger.v1.TransferResponse;

/// A payment inside one registry.
final class Transfer extends Deed {
    Transfer(String tag, Party payer, Party payee, long micros) {
        super(tag, payer, payee, micros);
    }

    @Override
    void act(Asking asking) throws InterruptedException, Asking.SetAside {
        TransferRequest request = TransferRequest.newBuilder()
                .setTo(payee().did())
                .setAmount(amount())
                .setMemo(tag())
                .setRequestId(request("transfer"))
                .build();
        asking.ask(
                this,
                "transfer",
                payer(),
                channel -> LedgerServiceGrpc.newBlockingStub(channel).transfer(request),
                TransferResponse::getTransferId);
    }

    @Override
    String kind() {
        return "transfer";
    }
}
