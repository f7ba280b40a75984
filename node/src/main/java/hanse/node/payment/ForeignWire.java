package hanse.node.payment;

import com.google.protobuf.Timestamp;
import hanse.error.v1.Reason;
import hanse.federation.v1.ConsumedPayment;
import hanse.node.call.Did;
import hanse.node.call.Nul;
import hanse.node.call.Parties;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.call.WireTime;
import hanse.node.ledger.Avt;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageIds;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Payments of peers as messages.
final class ForeignWire {
    /// In characters; no issuer of ours authorizes more.
    private static final int LONGEST_RESOURCE = 512;

    /// From here on there are times that a database or JSON cannot hold. A day is left for what is reckoned from one.

    private ForeignWire() {}

    /// What a token is worth to who presented it with the request of that key. Refuses with what keeps the token from
    /// being judged: `PEER_UNREACHABLE` while its issuer has not answered.
    static VerifyResponse verified(ForeignPayment payment, UUID request, Instant now) {
        Optional<ForeignPayment.Terms> said = payment.terms();
        if (payment.state() == ForeignPayment.State.REFUSED) {
            return refused(payment.refusal().orElse(Reason.MESSAGE_REFUSED));
        }
        if (said.isEmpty()) {
            throw new RefusedException(Reason.PEER_UNREACHABLE);
        }
        ForeignPayment.Terms terms = said.get();
        boolean firstUse = payment.request().equals(request) && terms.firstUse();
        if (!firstUse) {
            switch (payment.state()) {
                case CREDITED -> {
                    return VerifyCommand.invalid(Reason.TOKEN_SPENT);
                }
                case WAIVED, LAPSED -> {
                    return VerifyCommand.invalid(Reason.TOKEN_RELEASED);
                }
                case ASKED, CONSUMED, REFUSED -> {
                    if (!now.isBefore(terms.expiresAt())) {
                        return VerifyCommand.invalid(Reason.TOKEN_EXPIRED);
                    }
                }
            }
        }
        return VerifyResponse.newBuilder()
                .setValid(true)
                .setFirstUse(firstUse)
                .setPaymentId(payment.key().id().toString())
                .setPayer(terms.payer())
                .setAmount(payment.amount().orElse(terms.amount()).toString())
                .setResource(terms.resource())
                .setExpiresAt(WireTime.of(terms.expiresAt()))
                .build();
    }

    /// What the issuer finds wrong with a token is an answer; what keeps it from looking is a refusal.
    private static VerifyResponse refused(Reason reason) {
        return switch (reason) {
            case UNKNOWN_TOKEN, TOKEN_EXPIRED, TOKEN_SPENT, TOKEN_RELEASED, WRONG_PAYEE ->
                VerifyCommand.invalid(reason);
            default -> throw new RefusedException(reason);
        };
    }

    /// A payment that a peer issued, as the payee's registry sees it.
    static hanse.payment.v1.Payment payment(ForeignPayment payment, Parties parties) {
        hanse.payment.v1.Payment.Builder wire = hanse.payment.v1.Payment.newBuilder()
                .setPaymentId(payment.key().id().toString())
                .setState(state(payment))
                .setPayee(parties.did(payment.key().payee()).toString());
        payment.terms()
                .ifPresent(terms -> wire.setPayer(terms.payer())
                        .setAmount(payment.amount().orElse(terms.amount()).toString())
                        .setResource(terms.resource())
                        .setExpiresAt(WireTime.of(terms.expiresAt()))
                        .setConsumedAt(WireTime.of(terms.consumedAt()))
                        .setSettleBy(WireTime.of(terms.consumedAt().plus(Payment.SETTLE_BY))));
        payment.endedAt().map(WireTime::of).ifPresent(wire::setEndedAt);
        return wire.build();
    }

    private static hanse.payment.v1.Payment.State state(ForeignPayment payment) {
        return switch (payment.state()) {
            case ASKED, REFUSED -> hanse.payment.v1.Payment.State.AUTHORIZED;
            case CONSUMED ->
                isClaimed(payment) ? hanse.payment.v1.Payment.State.SETTLING : hanse.payment.v1.Payment.State.CONSUMED;
            case CREDITED -> hanse.payment.v1.Payment.State.SETTLED;
            case WAIVED, LAPSED -> hanse.payment.v1.Payment.State.RELEASED;
        };
    }

    private static boolean isClaimed(ForeignPayment payment) {
        return payment.ending()
                .filter(ending -> ending.kind() == ForeignPayment.Ending.Kind.CLAIM
                        && ending.progress() == ForeignPayment.Ending.Progress.ACCEPTED)
                .isPresent();
    }

    /// What the issuer tells of a payment that it has consumed for a payee of a peer.
    static ConsumedPayment consumed(Payment payment, Parties parties) {
        return ConsumedPayment.newBuilder()
                .setPaymentId(MessageIds.bytes(payment.id()))
                .setPayer(parties.did(payment.payer()).toString())
                .setAmountMicros(payment.amount().micros())
                .setResource(payment.resource())
                .setExpiresAt(WireTime.of(payment.expiresAt()))
                .setConsumedAt(WireTime.of(payment.consumedAt().orElseThrow()))
                .build();
    }

    /// Reads that, as far as it makes sense and can be stored: the payment that was asked for, a payer of the issuer's,
    /// an amount, a text and times.
    ///
    /// @param decidedAt when the issuer decided; when it is the moment at which it consumed, that was our doing
    static Optional<ForeignPayment.Terms> terms(
            ConsumedPayment said, UUID asked, RegistryId issuer, Timestamp decidedAt) {
        Optional<Instant> expiresAt = WireTime.read(said.getExpiresAt());
        Optional<Instant> consumedAt = WireTime.read(said.getConsumedAt());
        try {
            if (!MessageIds.parse(said.getPaymentId()).equals(Optional.of(asked))
                    || !Did.parse(said.getPayer()).registry().equals(issuer)
                    || said.getAmountMicros() <= 0
                    || said.getAmountMicros() > Avt.MAX.micros()
                    || !Nul.in(said).isEmpty()
                    || said.getResource().codePointCount(0, said.getResource().length()) > LONGEST_RESOURCE
                    || expiresAt.isEmpty()
                    || consumedAt.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new ForeignPayment.Terms(
                    said.getPayer(),
                    new Avt(said.getAmountMicros()),
                    said.getResource(),
                    expiresAt.get(),
                    consumedAt.get(),
                    said.getConsumedAt().equals(decidedAt)));
        } catch (RefusedException notADid) {
            return Optional.empty();
        }
    }
}
