package hanse.sdk;

import hanse.payment.v1.PaymentServiceGrpc;
import hanse.payment.v1.PaymentServiceGrpc.PaymentServiceBlockingStub;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.payment.v1.WaiveRequest;
import hanse.wire.SignedText;
import io.grpc.Channel;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// What an agent that sells embeds: is this token good, and may I serve for it?
///
/// Always asks the agent's own registry, which asks the issuer when that is another. One token is served once: the
/// first caller to consume it gets [Verdict.Serve], every later one [Verdict.AlreadyServed], in this process by its own
/// memory and across processes and restarts by the registry's `first_use`. Until it is known who serves, all callers of
/// this process ask with one `request_id`: whichever of their requests consumed the token, and however many answers got
/// lost, one of them learns that the work is still to be done.
///
/// Blocking; safe for all threads.
public final class PaymentVerifier {
    private static final int TRIES = 3;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /// What to do with a call.
    public sealed interface Verdict permits Verdict.Serve, Verdict.AlreadyServed, Verdict.Refuse {
        /// Do the work: it will be paid, by the payer's settlement or by claim from the settle-by time on.
        record Serve(VerifyResponse payment) implements Verdict {}

        /// The token is good but was used before: give the earlier answer again or none, and do no new work.
        record AlreadyServed(VerifyResponse payment) implements Verdict {}

        /// Answer 402.
        ///
        /// @param reason one of the reasons of `PaymentService.Verify`, or `AMOUNT_TOO_SMALL` or
        /// `WRONG_RESOURCE` when
        ///     the payment does not fit what was asked for; it is then given back
        record Refuse(String reason) implements Verdict {}
    }

    private final PaymentServiceBlockingStub payments;
    private final Map<String, Use> uses;

    /// A question that this process has asked: a token, and who is said to have issued it.
    private static final class Use {
        final String requestId = UUID.randomUUID().toString();
        final AtomicBoolean served = new AtomicBoolean();
    }

    /// @param signed a channel to the agent's own registry that signs as the agent; see `HanseClient.channel`
    /// @param remembered how many tokens to keep in memory; the oldest is forgotten first and the registry's word
    /// remains
    public PaymentVerifier(Channel signed, int remembered) {
        if (remembered < 1) {
            throw new IllegalArgumentException("remember at least one token");
        }
        this.payments = PaymentServiceGrpc.newBlockingStub(signed);
        this.uses = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Use> eldest) {
                return size() > remembered;
            }
        };
    }

    /// Consumes the token if it is good.
    ///
    /// @throws HanseException when the registry cannot say now (nothing is decided: answer 503, and let the caller
    ///     repeat), or refuses the question itself, such as `BAD_TOKEN` or `UNKNOWN_PEER` (answer 402)
    public Verdict verify(PaymentHeaders presented) {
        String question = digest(presented);
        Use use;
        synchronized (uses) {
            use = uses.computeIfAbsent(question, first -> new Use());
        }
        VerifyResponse answer;
        try {
            // Once it is served, only how it stands is of interest, and the remembered answer does not say that.
            answer = ask(presented, use.served.get() ? UUID.randomUUID().toString() : use.requestId);
        } catch (HanseException e) {
            if (isDecided(e)) {
                forget(question, use);
            }
            throw e;
        }
        if (!answer.getValid()) {
            forget(question, use);
            return new Verdict.Refuse(answer.getReason());
        }
        return answer.getFirstUse() && use.served.compareAndSet(false, true)
                ? new Verdict.Serve(answer)
                : new Verdict.AlreadyServed(answer);
    }

    /// Whether the registry has refused the question for good: it remembers that, and a later question must start
    /// afresh. Who was turned away before (too fast, not signed well) may still have consumed the token by an
    /// earlier
    /// try.
    private static boolean isDecided(HanseException refusal) {
        return !refusal.outcomeUnknown()
                && switch (refusal.code()) {
                    case RESOURCE_EXHAUSTED, UNAUTHENTICATED, PERMISSION_DENIED -> false;
                    default -> true;
                };
    }

    /// Nothing was consumed: a later question, say when the token has become good, gets a new answer.
    private void forget(String question, Use use) {
        synchronized (uses) {
            uses.remove(question, use);
        }
    }

    /// Tokens are worth money: they are not kept.
    private static String digest(PaymentHeaders presented) {
        String question = presented.token() + "\n" + presented.issuer().orElse("");
        return Base64.getEncoder().encodeToString(SignedText.sha256(question.getBytes(StandardCharsets.UTF_8)));
    }

    /// Consumes the token if it is good and pays enough for what was asked.
    ///
    /// A payment that does not fit is consumed by the asking, so it is waived at once: the payer has its money
    /// back.
    ///
    /// @param price AVT, at least
    /// @param resource what the payment must be bound to, as the payer named it in `Authorize`; empty: anything
    public Verdict verify(PaymentHeaders presented, BigDecimal price, Optional<String> resource) {
        Verdict verdict = verify(presented);
        if (verdict instanceof Verdict.Serve serve) {
            String unfit = new BigDecimal(serve.payment().getAmount()).compareTo(price) < 0
                    ? "AMOUNT_TOO_SMALL"
                    : resource.isPresent()
                                    && !resource.get().equals(serve.payment().getResource())
                            ? "WRONG_RESOURCE"
                            : "";
            if (!unfit.isEmpty()) {
                waive(serve.payment().getPaymentId(), presented.issuer());
                return new Verdict.Refuse(unfit);
            }
        }
        return verdict;
    }

    /// Lets a consumed payment go, for work that was not done.
    public void waive(String paymentId, Optional<String> issuer) {
        WaiveRequest request = WaiveRequest.newBuilder()
                .setPaymentId(paymentId)
                .setIssuer(issuer.orElse(""))
                .setRequestId(UUID.randomUUID().toString())
                .build();
        var unused = Retry.sameRequest(TRIES, () -> stub().waive(request));
    }

    private VerifyResponse ask(PaymentHeaders presented, String requestId) {
        VerifyRequest request = VerifyRequest.newBuilder()
                .setPaymentToken(presented.token())
                .setIssuer(presented.issuer().orElse(""))
                .setRequestId(requestId)
                .build();
        return Retry.sameRequest(TRIES, () -> stub().verify(request));
    }

    private PaymentServiceBlockingStub stub() {
        return payments.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
