package hanse.node.payment;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import hanse.error.v1.Reason;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.node.testing.Postgres;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment.State;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageIds;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Weather of beta is paid by agents of alpha, whose registry does not pay as it said; and buyers present tokens that
/// nobody issued.
class LyingIssuerTest {
    @TempDir
    Path directory;

    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;
    private AgentId weather;

    @BeforeEach
    void peer() {
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh(), InstantSource.system(), 0)
                .start();
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh()).start();
        alpha.trust(beta);
        beta.trust(alpha);
        eventually("both have greeted", () -> alpha.isActive(beta) && beta.isActive(alpha));
        alice = alpha.agent("1000");
        weather = beta.agent("0");
    }

    @AfterEach
    void betasBooksHold() {
        try {
            assertThat(beta.sum()).isZero();
            assertThat(beta.fault()).isEmpty();
        } finally {
            alpha.close();
            beta.close();
            alpha.fresh.close();
            beta.fresh.close();
        }
    }

    @Test
    void onlyWhatWasPromisedPaysForIt() {
        AuthorizeResponse token = authorize("10");
        assertThat(verify(token.getPaymentToken(), "v1").getFirstUse()).isTrue();
        String payer = new Did(alpha.id, alice).toString();
        assertThat(credit(token, payer, "0.000002")).isEqualTo("MESSAGE_REFUSED");
        assertThat(credit(token, payer, "11")).isEqualTo("MESSAGE_REFUSED");
        assertThat(credit(token, new Did(alpha.id, new AgentId(UUID.randomUUID())).toString(), "10"))
                .isEqualTo("MESSAGE_REFUSED");
        assertThat(beta.balance(weather)).isEqualTo("0");
        assertThat(beta.position(alpha).reserved()).isEqualTo(Avt.parse("10"));
        // Suspended, a peer still pays what it owes, and nothing else.
        beta.suspendPeer(alpha);
        assertThat(credit(token, payer, "10")).isEmpty();
        assertThat(beta.balance(weather)).isEqualTo("9.95");
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
        assertThat(credit(token, payer, "10")).isEqualTo("PEER_SUSPENDED");
    }

    @Test
    void whatIsPaidBeforeItWasPromisedIsShownAsPaid() {
        AuthorizeResponse token = authorize("10");
        alpha.network.messagesLost.set(Integer.MAX_VALUE);
        assertThat(refusal(presented(token.getPaymentToken(), "v1"))).isEqualTo(Reason.PEER_UNREACHABLE);
        String payer = new Did(alpha.id, alice).toString();
        assertThat(credit(token, payer, "10.000001")).isEqualTo("MESSAGE_REFUSED");
        assertThat(credit(token, payer, "0.5")).isEmpty();
        alpha.network.messagesLost.set(0);
        eventually("alpha says what it is worth", () -> beta.unanswered() == 0);
        assertThat(verify(token.getPaymentToken(), "v1").getAmount()).isEqualTo("0.5");
        var shown = beta.payments.show(TestNode.call(weather, "g", "").caller(), UUID.fromString(token.getPaymentId()));
        assertThat(shown.getState()).isEqualTo(State.SETTLED);
        assertThat(shown.getAmount()).isEqualTo("0.5");
    }

    @Test
    void inventedTokensOfOnePayeeLeaveRoomForTheOthers() {
        beta.limitPeer(alpha, "100");
        alpha.network.messagesLost.set(Integer.MAX_VALUE);
        List<CompletableFuture<VerifyResponse>> asked = IntStream.range(0, 12)
                .mapToObj(i -> presented("apt_" + "%064x".formatted(i), "v" + i))
                .toList();
        assertThat(asked.stream().map(LyingIssuerTest::refusal).filter(Reason.EXPOSURE_EXCEEDED::equals))
                .hasSize(9);
        assertThat(beta.position(alpha).reserved()).isEqualTo(Avt.parse("25"));
        alpha.network.messagesLost.set(0);
        eventually(
                "alpha knows none of them",
                () -> beta.position(alpha).reserved().isZero());
        assertThat(verify(authorize("90").getPaymentToken(), "real").getValid()).isTrue();
    }

    @Test
    void aTokenTooSmallToBeCreditedHereGoesBackAtOnce() {
        AuthorizeResponse token = authorize("0.000001");
        assertThat(refusal(presented(token.getPaymentToken(), "v1"))).isEqualTo(Reason.AMOUNT_TOO_SMALL);
        eventually("alice has it back", () -> alpha.held(alice).equals("0"));
        assertThat(beta.position(alpha).net()).isZero();
    }

    private AuthorizeResponse authorize(String amount) {
        return alpha.payments
                .authorize(
                        TestNode.call(alice, UUID.randomUUID().toString(), ""),
                        new Did(beta.id, weather),
                        Avt.parse(amount),
                        0,
                        "")
                .join();
    }

    private CompletableFuture<VerifyResponse> presented(String token, String requestId) {
        return beta.payments.verify(TestNode.call(weather, requestId, ""), alpha.id.value(), token);
    }

    private VerifyResponse verify(String token, String requestId) {
        return presented(token, requestId).join();
    }

    private static Reason refusal(CompletableFuture<?> answer) {
        try {
            answer.join();
            return Reason.REASON_UNSPECIFIED;
        } catch (CompletionException e) {
            return e.getCause() instanceof RefusedException refused ? refused.reason() : Reason.INTERNAL;
        }
    }

    /// What beta says when alpha pays so for a token: a reason, or nothing when it is credited.
    private String credit(AuthorizeResponse token, String payer, String amount) {
        Message message = Message.newBuilder()
                .setFrom(alpha.id.value())
                .setTo(beta.id.value())
                .setId(MessageIds.bytes(UUID.randomUUID()))
                .setProtocol(1)
                .setCreditTransfer(CreditTransfer.newBuilder()
                        .setPayer(payer)
                        .setPayee(new Did(beta.id, weather).toString())
                        .setAmountMicros(Avt.parse(amount).micros())
                        .setPaymentId(MessageIds.bytes(UUID.fromString(token.getPaymentId())))
                        .setAttempt(1))
                .build();
        try {
            return Outcome.parseFrom(beta.receive(alpha, message).getOutcome().getOutcome())
                    .getRefused()
                    .getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
