package hanse.node.payment;

import hanse.node.call.Call;
import hanse.node.call.Cold;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.call.TimePage;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Currency;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.ClaimRequest;
import hanse.payment.v1.GetPaymentRequest;
import hanse.payment.v1.ListPaymentsRequest;
import hanse.payment.v1.ListPaymentsResponse;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.payment.v1.WaiveRequest;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Payments on the wire.
public final class PaymentGrpc extends PaymentServiceGrpc.PaymentServiceImplBase {
    private static final int PAGE = 50;

    private final Payments payments;
    private final Parties parties;

    public PaymentGrpc(Payments payments, Parties parties) {
        this.payments = payments;
        this.parties = parties;
    }

    @Override
    public void authorize(AuthorizeRequest request, StreamObserver<AuthorizeResponse> observer) {
        Call call = Call.current();
        Currency.require(request.getCurrency());
        Avt amount = Avt.parse(request.getAmount());
        Optional<Did> payee = parties.readWithoutLookup(request.getPayee());
        if (payee.isPresent()) {
            Cold.answer(
                    observer,
                    payments.authorize(call, payee.get(), amount, request.getTtlSeconds(), request.getResource()));
        } else {
            Cold.run(
                    observer,
                    () -> payments.authorize(
                                    call,
                                    parties.read(request.getPayee()),
                                    amount,
                                    request.getTtlSeconds(),
                                    request.getResource())
                            .join());
        }
    }

    @Override
    public void verify(VerifyRequest request, StreamObserver<VerifyResponse> observer) {
        Cold.answer(observer, payments.verify(Call.current(), request.getIssuer(), request.getPaymentToken()));
    }

    @Override
    public void settle(SettleRequest request, StreamObserver<hanse.payment.v1.Payment> observer) {
        Cold.answer(
                observer,
                payments.end(Call.current(), EndCommand.How.SETTLE, request.getPaymentToken(), request.getPaymentId()));
    }

    @Override
    public void release(ReleaseRequest request, StreamObserver<hanse.payment.v1.Payment> observer) {
        Cold.answer(
                observer,
                payments.end(
                        Call.current(), EndCommand.How.RELEASE, request.getPaymentToken(), request.getPaymentId()));
    }

    @Override
    public void claim(ClaimRequest request, StreamObserver<hanse.payment.v1.Payment> observer) {
        Cold.answer(observer, payments.claim(Call.current(), request.getIssuer(), request.getPaymentId()));
    }

    @Override
    public void waive(WaiveRequest request, StreamObserver<hanse.payment.v1.Payment> observer) {
        Cold.answer(observer, payments.waive(Call.current(), request.getIssuer(), request.getPaymentId()));
    }

    @Override
    public void getPayment(GetPaymentRequest request, StreamObserver<hanse.payment.v1.Payment> observer) {
        Call call = Call.current();
        Cold.run(observer, () -> payments.show(call.caller(), UUID.fromString(request.getPaymentId())));
    }

    @Override
    public void listPayments(ListPaymentsRequest request, StreamObserver<ListPaymentsResponse> observer) {
        Call call = Call.current();
        int size = request.getPageSize() == 0 ? PAGE : request.getPageSize();
        boolean asPayer = request.getSide() == ListPaymentsRequest.Side.PAYER;
        Cold.run(observer, () -> {
            List<Payment> found = payments.list(call.agent(), asPayer, request.getPageToken(), size);
            List<Payment> page = found.subList(0, Math.min(size, found.size()));
            ListPaymentsResponse.Builder answer = ListPaymentsResponse.newBuilder();
            page.forEach(payment -> answer.addPayments(PaymentWire.payment(payment, parties)));
            if (found.size() > size) {
                Payment last = page.getLast();
                answer.setNextPageToken(new TimePage(last.authorizedAt(), last.id()).token());
            }
            return answer.build();
        });
    }
}
