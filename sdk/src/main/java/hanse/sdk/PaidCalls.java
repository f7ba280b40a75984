package hanse.sdk;

import hanse.error.v1.Reason;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.PaymentServiceGrpc.PaymentServiceBlockingStub;
import hanse.payment.v1.ReleaseRequest;
import hanse.payment.v1.SettleRequest;
import io.grpc.Channel;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// What an agent that buys embeds: authorize, call the service with the token, settle.
///
/// Blocking; safe for all threads.
public final class PaidCalls {
    private static final int TRIES = 4;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /// What to pay to whom.
    ///
    /// @param payee UUID, DID or handle; the DID for an agent of a peer
    /// @param amount AVT, greater than 0, at most 6 decimals
    /// @param resource what for, shown to the payee; may be empty
    /// @param ttl how long the token may be used: 1 to 60 minutes
    public record Offer(String payee, BigDecimal amount, String resource, Duration ttl) {
        /// With the registry's default of 15 minutes.
        public Offer(String payee, BigDecimal amount, String resource) {
            this(payee, amount, resource, Duration.ofMinutes(15));
        }
    }

    /// The service, called with what the buyer must send along.
    @FunctionalInterface
    public interface Service<T, E extends Exception> {
        /// Calls the service and gives its answer, or throws when it did not serve.
        T call(PaymentHeaders headers) throws E;
    }

    /// A paid answer.
    ///
    /// @param answer the service's
    /// @param payment SETTLED, or SETTLING while a peer's answer is awaited
    public record Paid<T>(T answer, Payment payment) {}

    private final PaymentServiceBlockingStub payments;

    /// @param signed a channel to the buyer's own registry that signs as the buyer; see `HanseClient.channel`
    public PaidCalls(Channel signed) {
        this.payments = PaymentServiceGrpc.newBlockingStub(signed);
    }

    /// Buys one call.
    ///
    /// When the service throws, the token is released: a seller that never looked at it gets nothing. If it had
    /// consumed the token, the money stays held until it is settled, waived, claimed or disputed, and the thrown
    /// exception carries the refused release as a suppressed one.
    ///
    /// @throws E what the service threw
    /// @throws HanseException when the registry refuses, such as `INSUFFICIENT_FUNDS` (the service was not called),
    /// or
    ///     `PAYMENT_NOT_CONSUMED` (it answered without looking at the payment; the token is released)
    public <T, E extends Exception> Paid<T> call(Offer offer, Service<T, E> service) throws E {
        AuthorizeResponse authorized = authorize(offer);
        String id = authorized.getPaymentId();
        T answer;
        try {
            answer =
                    service.call(new PaymentHeaders(authorized.getPaymentToken(), Optional.of(authorized.getIssuer())));
        } catch (Throwable thrown) {
            try {
                var unused = release(id);
            } catch (HanseException refused) {
                thrown.addSuppressed(refused);
            }
            throw thrown;
        }
        try {
            return new Paid<>(answer, settle(id));
        } catch (HanseException e) {
            if (e.reason() == Reason.PAYMENT_NOT_CONSUMED) {
                var unused = release(id);
            }
            throw e;
        }
    }

    /// Holds the amount and gets a token for the payee. A lost answer is asked for again and gives the same token.
    public AuthorizeResponse authorize(Offer offer) {
        AuthorizeRequest request = AuthorizeRequest.newBuilder()
                .setPayee(offer.payee())
                .setAmount(offer.amount().toPlainString())
                .setResource(offer.resource())
                .setTtlSeconds(Math.toIntExact(offer.ttl().toSeconds()))
                .setRequestId(UUID.randomUUID().toString())
                .build();
        return Retry.sameRequest(TRIES, () -> stub().authorize(request));
    }

    /// Pays a consumed payment, once.
    public Payment settle(String paymentId) {
        SettleRequest request = SettleRequest.newBuilder()
                .setPaymentId(paymentId)
                .setRequestId(UUID.randomUUID().toString())
                .build();
        return Retry.sameRequest(TRIES, () -> stub().settle(request));
    }

    /// Gives an unused token back.
    public Payment release(String paymentId) {
        ReleaseRequest request = ReleaseRequest.newBuilder()
                .setPaymentId(paymentId)
                .setRequestId(UUID.randomUUID().toString())
                .build();
        return Retry.sameRequest(TRIES, () -> stub().release(request));
    }

    private PaymentServiceBlockingStub stub() {
        return payments.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
