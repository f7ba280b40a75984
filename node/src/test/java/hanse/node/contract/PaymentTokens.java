package hanse.node.contract;

import hanse.node.call.AgentId;
import hanse.node.payment.PaymentGrpc;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/// Payment tokens, as a payer asks for them.
final class PaymentTokens {
    private PaymentTokens() {}

    static String authorize(Workshop shop, AgentId payer, AgentId payee, String amount) {
        CompletableFuture<AuthorizeResponse> answer = new CompletableFuture<>();
        AuthorizeRequest request = AuthorizeRequest.newBuilder()
                .setPayee(shop.registry.parties.did(payee).toString())
                .setAmount(amount)
                .build();
        Workshop.call(payer)
                .in(Context.current())
                .run(() -> new PaymentGrpc(shop.payments, shop.registry.parties)
                        .authorize(request, new StreamObserver<>() {
                            @Override
                            public void onNext(AuthorizeResponse response) {
                                answer.complete(response);
                            }

                            @Override
                            public void onError(Throwable failure) {
                                answer.completeExceptionally(failure);
                            }

                            @Override
                            public void onCompleted() {}
                        }));
        return answer.join().getPaymentToken();
    }
}
