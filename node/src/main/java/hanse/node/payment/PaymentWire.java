package hanse.node.payment;

import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.WireTime;
import hanse.node.ledger.Position;
import java.util.UUID;

/// Payments as messages.
final class PaymentWire {
    private PaymentWire() {}

    static hanse.payment.v1.Payment payment(Payment payment, Parties parties) {
        hanse.payment.v1.Payment.Builder wire = hanse.payment.v1.Payment.newBuilder()
                .setPaymentId(payment.id().toString())
                .setState(state(payment.state()))
                .setPayer(parties.did(payment.payer()).toString())
                .setPayee(payee(payment, parties))
                .setAmount(payment.amount().toString())
                .setExpiresAt(WireTime.of(payment.expiresAt()))
                .setAuthorizedAt(WireTime.of(payment.authorizedAt()))
                .setResource(payment.resource())
                .setTransferId(payment.frame()
                        .map(UUID::toString)
                        .or(() -> payment.transfer().map(Position::toString))
                        .orElse(""))
                .setRefusal(payment.refusal().map(Enum::name).orElse(""))
                .setDisputeId(payment.frozenBy().map(UUID::toString).orElse(""));
        if (payment.state() == Payment.State.SETTLED && payment.payeeRegistry().isEmpty()) {
            wire.setFee(payment.fee().toString());
        }
        payment.consumedAt().map(WireTime::of).ifPresent(wire::setConsumedAt);
        payment.settleBy().map(WireTime::of).ifPresent(wire::setSettleBy);
        payment.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        return wire.build();
    }

    static String payee(Payment payment, Parties parties) {
        return new Did(payment.payeeRegistry().orElse(parties.self()), payment.payee()).toString();
    }

    private static hanse.payment.v1.Payment.State state(Payment.State state) {
        return switch (state) {
            case AUTHORIZED -> hanse.payment.v1.Payment.State.AUTHORIZED;
            case CONSUMED -> hanse.payment.v1.Payment.State.CONSUMED;
            case SETTLING -> hanse.payment.v1.Payment.State.SETTLING;
            case SETTLED -> hanse.payment.v1.Payment.State.SETTLED;
            case RELEASED -> hanse.payment.v1.Payment.State.RELEASED;
            case EXPIRED -> hanse.payment.v1.Payment.State.EXPIRED;
        };
    }
}
