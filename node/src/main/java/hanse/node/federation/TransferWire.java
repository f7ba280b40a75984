package hanse.node.federation;

import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.node.call.WireTime;

/// Cross-registry transfers as messages.
final class TransferWire {
    private TransferWire() {}

    static CrossRegistryTransferResponse transfer(Frame frame) {
        CrossRegistryTransferResponse.Builder wire = CrossRegistryTransferResponse.newBuilder()
                .setTransferId(frame.id().toString())
                .setState(state(frame.state()))
                .setAmount(frame.amount().toString())
                .setTo(frame.payee().toString())
                .setRefusal(frame.refusal().map(Enum::name).orElse(""))
                .setPreparedAt(WireTime.of(frame.preparedAt()));
        frame.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        return wire.build();
    }

    private static CrossRegistryTransferResponse.State state(Frame.State state) {
        return switch (state) {
            case PREPARED -> CrossRegistryTransferResponse.State.PREPARED;
            case EXPORTED -> CrossRegistryTransferResponse.State.EXPORTED;
            case REFUNDED -> CrossRegistryTransferResponse.State.REFUNDED;
        };
    }
}
