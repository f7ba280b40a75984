package hanse.drill;

import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;

/// A call that is paid for: authorized, verified by its seller, settled.
final class Purchase extends Deed {
    /// It is to outlive the drill, whatever its clock says.
    private static final int TTL_SECONDS = 3_600;

    Purchase(String tag, Party payer, Party payee, long micros) {
        super(tag, payer, payee, micros);
    }

    @Override
    void act(Asking asking) throws InterruptedException, Asking.SetAside {
        AuthorizeRequest authorize = AuthorizeRequest.newBuilder()
                .setPayee(payee().did())
                .setAmount(amount())
                .setTtlSeconds(TTL_SECONDS)
                .setResource(tag())
                .setRequestId(request("authorize"))
                .build();
        AuthorizeResponse token = asking.ask(
                this,
                "authorize",
                payer(),
                channel -> PaymentServiceGrpc.newBlockingStub(channel).authorize(authorize),
                AuthorizeResponse::getPaymentId);
        asking.same(this, "token", token.getPaymentToken());
        VerifyRequest verify = VerifyRequest.newBuilder()
                .setPaymentToken(token.getPaymentToken())
                .setIssuer(isLocal() ? "" : token.getIssuer())
                .setRequestId(request("verify"))
                .build();
        VerifyResponse verified = asking.ask(
                this,
                "verify",
                payee(),
                channel -> PaymentServiceGrpc.newBlockingStub(channel).verify(verify),
                answer -> answer.getValid() + " " + answer.getFirstUse() + " " + answer.getReason());
        if (!verified.getValid() || !verified.getFirstUse()) {
            asking.wrong(this, "its token was never used, and its seller was told " + verified);
        }
        SettleRequest settle = SettleRequest.newBuilder()
                .setPaymentId(token.getPaymentId())
                .setRequestId(request("settle"))
                .build();
        asking.ask(
                this,
                "settle",
                payer(),
                channel -> PaymentServiceGrpc.newBlockingStub(channel).settle(settle),
                Payment::getPaymentId);
    }

    @Override
    String kind() {
        return isLocal() ? "paid call" : "paid call of a peer's agent";
    }
}
