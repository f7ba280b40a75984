package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.error.v1.Reason;
import hanse.payment.v1.Payment.State;
import hanse.sdk.PaymentVerifier.Verdict;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaymentsTest {
    private static final PaidCalls.Offer ONE = new PaidCalls.Offer("weather", BigDecimal.ONE, "GET /forecast");

    @TempDir
    Path directory;

    private RunningRegistry registry;
    private HanseClient client;
    private PaidCalls buyer;
    private PaymentVerifier seller;

    @BeforeEach
    void start() throws Exception {
        registry = new RunningRegistry(directory);
        client = registry.client();
        buyer = client.as(registry.known("alice")).paidCalls();
        seller = client.as(registry.known("weather")).paymentVerifier();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        registry.close();
    }

    @Test
    void aPaidCallIsAuthorizedServedAndSettled() {
        PaidCalls.Paid<String> paid = buyer.call(ONE, headers -> {
            assertThat(headers.headers()).containsKeys("X-Payment-Token", "X-Payment-Issuer");
            return seller.verify(headers) instanceof Verdict.Serve ? "sunny" : "402";
        });
        assertThat(paid.answer()).isEqualTo("sunny");
        assertThat(paid.payment().getState()).isEqualTo(State.SETTLED);
    }

    @Test
    void aServiceThatFailsBeforeItLooksAtTheTokenIsNotPaid() {
        String[] id = new String[1];
        assertThatThrownBy(() -> buyer.call(ONE, headers -> {
                    throw new IOException("connection refused");
                }))
                .isInstanceOf(IOException.class)
                .hasNoSuppressedExceptions();
        var authorized = buyer.authorize(ONE);
        id[0] = authorized.getPaymentId();
        assertThat(buyer.release(id[0]).getState()).isEqualTo(State.RELEASED);
    }

    @Test
    void aServiceThatConsumesAndThenFailsLeavesTheMoneyHeldAndSaysSo() {
        assertThatThrownBy(() -> buyer.call(ONE, headers -> {
                    assertThat(seller.verify(headers)).isInstanceOf(Verdict.Serve.class);
                    throw new IOException("cut off");
                }))
                .isInstanceOf(IOException.class)
                .satisfies(thrown -> assertThat(((HanseException) thrown.getSuppressed()[0]).reason())
                        .isEqualTo(Reason.ALREADY_CONSUMED));
    }

    @Test
    void aServiceThatNeverLookedAtTheTokenIsNotPaid() {
        assertThatThrownBy(() -> buyer.call(ONE, headers -> "for nothing"))
                .isInstanceOfSatisfying(
                        HanseException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAYMENT_NOT_CONSUMED));
    }

    @Test
    void lostAnswersAreAskedForAgain() {
        registry.answersToLose.set(2);
        PaidCalls.Paid<Verdict> paid = buyer.call(ONE, headers -> {
            registry.answersToLose.set(2);
            Verdict verdict = seller.verify(headers);
            registry.answersToLose.set(2);
            return verdict;
        });
        assertThat(paid.answer()).isInstanceOf(Verdict.Serve.class);
        assertThat(paid.payment().getState()).isEqualTo(State.SETTLED);
    }

    @Test
    void oneTokenIsServedOnce() {
        PaymentHeaders headers = token();
        assertThat(seller.verify(headers)).isInstanceOf(Verdict.Serve.class);
        assertThat(seller.verify(headers)).isInstanceOf(Verdict.AlreadyServed.class);
        PaymentVerifier restarted =
                new PaymentVerifier(client.as(registry.known("weather")).channel(), 10);
        assertThat(restarted.verify(headers)).isInstanceOf(Verdict.AlreadyServed.class);
    }

    @Test
    void oneTokenIsServedOnceToManyAtOnce() throws Exception {
        assertThat(served(token())).isEqualTo(1);
    }

    @Test
    void oneTokenIsServedOnceToManyAtOnceOfWhomSomeHearNothing() throws Exception {
        PaymentHeaders headers = token();
        registry.answersToLose.set(20);
        assertThat(served(headers)).isEqualTo(1);
        assertThat(seller.verify(headers)).isInstanceOf(Verdict.AlreadyServed.class);
    }

    @Test
    void whichOfManyConsumedTheTokenDoesNotMatterWhenNoneHearsOfIt() throws Exception {
        PaymentHeaders headers = token();
        registry.answersToLose.set(1_000);
        assertThat(served(headers)).isZero();
        registry.answersToLose.set(0);
        assertThat(served(headers)).isEqualTo(1);
    }

    /// How many of sixteen callers at once are told to serve; those that hear nothing are none.
    private int served(PaymentHeaders headers) throws Exception {
        List<Callable<Boolean>> callers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            callers.add(() -> {
                try {
                    return seller.verify(headers) instanceof Verdict.Serve;
                } catch (HanseException e) {
                    assertThat(e.outcomeUnknown()).isTrue();
                    return false;
                }
            });
        }
        int served = 0;
        var threads = Executors.newFixedThreadPool(16);
        try {
            for (Future<Boolean> told : threads.invokeAll(callers)) {
                served += told.get() ? 1 : 0;
            }
        } finally {
            threads.shutdownNow();
        }
        return served;
    }

    @Test
    void workThatWasPaidButWhoseVerificationGotLostIsServedAtTheNextTry() {
        PaymentHeaders headers = token();
        registry.answersToLose.set(100);
        assertThatThrownBy(() -> seller.verify(headers))
                .isInstanceOfSatisfying(
                        HanseException.class,
                        e -> assertThat(e.outcomeUnknown()).isTrue());
        registry.answersToLose.set(0);
        assertThat(seller.verify(headers)).isInstanceOf(Verdict.Serve.class);
        assertThat(seller.verify(headers)).isInstanceOf(Verdict.AlreadyServed.class);
    }

    @Test
    void aTokenThatWasRefusedOnceIsServedWhenItTurnsGood() {
        var request = "later";
        PaymentHeaders early = new PaymentHeaders(registry.tokenOf(request), Optional.empty());
        assertThat(seller.verify(early)).isEqualTo(new Verdict.Refuse("UNKNOWN_TOKEN"));
        var unused = client.as(registry.known("bob"))
                .payments()
                .authorize(hanse.payment.v1.AuthorizeRequest.newBuilder()
                        .setAmount("1")
                        .setRequestId(request)
                        .build());
        assertThat(seller.verify(early)).isInstanceOf(Verdict.Serve.class);
    }

    @Test
    void aPaymentThatDoesNotFitIsRefusedAndGivenBack() {
        var authorized = buyer.authorize(ONE);
        PaymentHeaders headers = new PaymentHeaders(authorized.getPaymentToken(), Optional.of(authorized.getIssuer()));
        assertThat(seller.verify(headers, new BigDecimal("1.000001"), Optional.empty()))
                .isEqualTo(new Verdict.Refuse("AMOUNT_TOO_SMALL"));
        assertThat(registry.payment(authorized.getPaymentId()).state).isEqualTo(State.RELEASED);
        assertThat(seller.verify(token(), BigDecimal.ONE, Optional.of("GET /news")))
                .isEqualTo(new Verdict.Refuse("WRONG_RESOURCE"));
        assertThat(seller.verify(token(), BigDecimal.ONE, Optional.of("GET /forecast")))
                .isInstanceOf(Verdict.Serve.class);
    }

    @Test
    void anUnknownTokenIsRefusedAndMemoryStaysBounded() {
        PaymentVerifier small =
                new PaymentVerifier(client.as(registry.known("weather")).channel(), 2);
        PaymentHeaders first = token();
        assertThat(small.verify(first)).isInstanceOf(Verdict.Serve.class);
        for (int i = 0; i < 4; i++) {
            assertThat(small.verify(new PaymentHeaders("apt_" + i, Optional.empty())))
                    .isEqualTo(new Verdict.Refuse("UNKNOWN_TOKEN"));
        }
        assertThat(small.verify(first)).isInstanceOf(Verdict.AlreadyServed.class);
    }

    @Test
    void aCallWithoutATokenHasNoPayment() {
        assertThat(PaymentHeaders.read(null, null)).isEmpty();
        assertThat(PaymentHeaders.read(" ", "alpha.example")).isEmpty();
        assertThat(PaymentHeaders.read("apt_1", "")).contains(new PaymentHeaders("apt_1", Optional.empty()));
        assertThat(token().toString()).doesNotContain("apt_");
    }

    private PaymentHeaders token() {
        var authorized = buyer.authorize(ONE);
        return new PaymentHeaders(authorized.getPaymentToken(), Optional.of(authorized.getIssuer()));
    }
}
