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

/// What an agent that sells embeds: is this token good, and may I serve for it?
///
/// Always asks the agent's own registry, which asks the issuer when that is another. One token is served once: the
/// first
/// caller to consume it gets [Verdict.Serve], every later one [Verdict.AlreadyServed], in this process by its own
/// memory and
/// across processes and restarts by the registry's `first_use`. When the registry's answer to the consuming request is
/// lost,
/// the next try with the same token repeats that very request, so work that was paid and never done is not refused.
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

    // A token that this process has asked about. While `undecided`, its consuming request may have been carried out.
    private static final class Use {
        final String requestId = UUID.randomUUID().toString();
        boolean undecided = true;
        boolean asking = true;
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
    /// repeat),
    ///     or refuses the question itself, such as `BAD_TOKEN` or `UNKNOWN_PEER` (answer 402)
    public Verdict verify(PaymentHeaders presented) {
        String digest = Base64.getEncoder()
                .encodeToString(SignedText.sha256(presented.token().getBytes(StandardCharsets.UTF_8)));
        Use use;
        boolean mine;
        boolean served;
        synchronized (uses) {
            Use known = uses.get(digest);
            served = known != null && !known.undecided;
            // While another thread asks with the remembered id, this one asks with its own: the registry lets one
            // consume.
            mine = known == null || (known.undecided && !known.asking);
            if (known == null) {
                use = new Use();
                uses.put(digest, use);
            } else if (mine) {
                use = known;
                use.asking = true;
            } else {
                use = new Use();
            }
        }
        Outcome outcome = Outcome.UNKNOWN;
        try {
            VerifyResponse answer = ask(presented, use.requestId);
            if (!answer.getValid()) {
                outcome = Outcome.REFUSED;
                return new Verdict.Refuse(answer.getReason());
            }
            outcome = Outcome.CONSUMED;
            return answer.getFirstUse() && !served ? new Verdict.Serve(answer) : new Verdict.AlreadyServed(answer);
        } catch (HanseException e) {
            outcome = e.outcomeUnknown() ? Outcome.UNKNOWN : Outcome.REFUSED;
            throw e;
        } finally {
            synchronized (uses) {
                use.asking = false;
                use.undecided = outcome != Outcome.CONSUMED;
                if (outcome == Outcome.REFUSED) {
                    // Nothing was consumed: a later question, say with the right issuer, starts afresh.
                    uses.remove(digest, use);
                }
            }
        }
    }

    private enum Outcome {
        CONSUMED,
        REFUSED,
        UNKNOWN
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
