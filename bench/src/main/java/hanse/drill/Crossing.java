package hanse.drill;

import hanse.ledger.v1.CrossRegistryTransferRequest;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.LedgerServiceGrpc;

/// A transfer to an agent of a peer.
final class Crossing extends Deed {
    private volatile boolean arrived;

    Crossing(String tag, Party payer, Party payee, long micros) {
        super(tag, payer, payee, micros);
    }

    @Override
    void act(Asking asking) throws InterruptedException, Asking.SetAside {
        CrossRegistryTransferRequest request = CrossRegistryTransferRequest.newBuilder()
                .setTo(payee().did())
                .setAmount(amount())
                .setMemo(tag())
                .setRequestId(request("transfer"))
                .build();
        CrossRegistryTransferResponse answer = asking.ask(
                this,
                "transfer",
                payer(),
                channel -> LedgerServiceGrpc.newBlockingStub(channel).crossRegistryTransfer(request),
                CrossRegistryTransferResponse::getTransferId);
        switch (answer.getState()) {
            case EXPORTED -> {
                arrived = true;
                asking.arrived(payer().registry());
            }
            case REFUNDED -> asking.wrong(this, "was refunded: " + answer.getRefusal());
            // What has become of it is seen in the books.
            case PREPARED -> asking.onItsWay();
            case STATE_UNSPECIFIED, UNRECOGNIZED -> asking.wrong(this, "has no state: " + answer);
        }
    }

    /// Whether its payer was told that it has arrived.
    boolean hasArrived() {
        return arrived;
    }

    @Override
    String kind() {
        return "transfer to a peer";
    }
}
