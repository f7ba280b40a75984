package hanse.node.federation;

import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.peer.v1.PeerTransfer;
import java.util.Optional;
import java.util.UUID;

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
        frame.advancedAt().map(WireTime::of).ifPresent(wire::setAdvancedAt);
        frame.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        return wire.build();
    }

    static PeerTransfer peerTransfer(RegistryId self, Frame frame) {
        PeerTransfer.Builder wire = PeerTransfer.newBuilder()
                .setTransferId(frame.id().toString())
                .setRegistryId(frame.peer().value())
                .setPayer(new Did(self, frame.payer()).toString())
                .setPayee(frame.payee().toString())
                .setAmount(frame.amount().toString())
                .setState(peerState(frame.state()))
                .setRefusal(frame.refusal().map(Enum::name).orElse(""))
                .setPreparedAt(WireTime.of(frame.preparedAt()));
        switch (frame.purpose()) {
            case Frame.Purpose.Transfer _ -> {}
            case Frame.Purpose.Settlement(UUID payment, int _, Optional<Frame.Purpose.Milestone> bound) -> {
                wire.setPaymentId(payment.toString());
                bound.ifPresent(
                        milestone -> wire.setContractId(milestone.contract().toString()));
            }
            case Frame.Purpose.Milestone(UUID contract, int _, int _) -> wire.setContractId(contract.toString());
        }
        frame.advancedAt().map(WireTime::of).ifPresent(wire::setAdvancedAt);
        frame.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        return wire.build();
    }

    private static PeerTransfer.State peerState(Frame.State state) {
        return switch (state) {
            case PREPARED -> PeerTransfer.State.PREPARED;
            case EXPORTED -> PeerTransfer.State.EXPORTED;
            case REFUNDED -> PeerTransfer.State.REFUNDED;
        };
    }

    private static CrossRegistryTransferResponse.State state(Frame.State state) {
        return switch (state) {
            case PREPARED -> CrossRegistryTransferResponse.State.PREPARED;
            case EXPORTED -> CrossRegistryTransferResponse.State.EXPORTED;
            case REFUNDED -> CrossRegistryTransferResponse.State.REFUNDED;
        };
    }
}
