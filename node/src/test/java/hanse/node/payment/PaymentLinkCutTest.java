package hanse.node.payment;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.federation.Cut;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment.State;
import hanse.payment.v1.VerifyResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The TCP connection between two registries breaks at every moment of a payment between them.
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class PaymentLinkCutTest {
    private static final Runnable NOTHING = () -> {};

    private Pair pair;
    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;
    private AgentId weather;
    private AuthorizeResponse token;

    @BeforeAll
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
    }

    @AfterAll
    void stop() {
        pair.close();
    }

    @BeforeEach
    void authorize() {
        alice = alpha.agent("100");
        weather = beta.agent("0");
        token = alpha.payments
                .authorize(call(alice, "authorize"), new Did(beta.id, weather), Avt.parse("1"), 0, "")
                .join();
    }

    @AfterEach
    void holds() {
        Pair.requireWhole(alpha, beta);
        assertThat(alpha.held(alice)).isEqualTo("0");
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aTokenIsConsumedOnceAndItsFirstUseIsNotForgotten(Cut cut) {
        cut.during(beta, alpha, () -> beta.payments.verify(call(weather, "verify"), "alpha.example", text()), NOTHING);
        eventually("the issuer has answered", () -> beta.unanswered() == 0);
        VerifyResponse verified = verify("verify");
        assertThat(verified.getValid()).isTrue();
        assertThat(verified.getFirstUse()).isTrue();
        assertThat(verify("again").getFirstUse()).isFalse();
        settle("settle");
        requirePaid();
    }

    @ParameterizedTest
    @EnumSource
    void aConsumedPaymentIsPaidOnceAlthoughTheLinkIsSuspendedMeanwhile(Cut cut) {
        verify("verify");
        cut.during(alpha, beta, () -> settle("settle"), () -> {
            beta.suspendPeer(alpha);
            alpha.suspendPeer(beta);
        });
        eventually("it is settled", () -> state() == State.SETTLED);
        beta.resumePeer(alpha);
        alpha.resumePeer(beta);
        requirePaid();
    }

    @Test
    void aSettlementOnItsWayIsNotAdvancedToItsPayer() {
        verify("verify");
        Cut.BEFORE_IT_IS_SENT.during(
                alpha,
                beta,
                () -> settle("settle"),
                () -> assertThatThrownBy(() -> alpha.advance(alpha.underWay(), "advance"))
                        .isInstanceOfSatisfying(
                                RefusedException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.TRANSFER_SETTLES_PAYMENT)));
        eventually("it is settled", () -> state() == State.SETTLED);
        requirePaid();
    }

    @ParameterizedTest
    @EnumSource(names = {"AS_IT_ARRIVES", "WHEN_IT_IS_DECIDED", "ANSWER_LOST"})
    void aRefusalToConsumeStaysThatRefusalAndAFreshQuestionGetsAFreshAnswer(Cut cut) {
        alpha.suspendPeer(beta);
        cut.during(
                beta,
                alpha,
                () -> beta.payments.verify(call(weather, "verify"), "alpha.example", text()),
                () -> alpha.resumePeer(beta));
        eventually("the issuer has answered", () -> beta.unanswered() == 0);
        assertThatThrownBy(() -> verify("verify"))
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PEER_SUSPENDED));
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
        assertThat(state()).isEqualTo(State.AUTHORIZED);
        assertThat(verify("afresh").getFirstUse()).isTrue();
        settle("settle");
        requirePaid();
    }

    @ParameterizedTest
    @EnumSource(names = {"AS_IT_ARRIVES", "WHEN_IT_IS_DECIDED", "ANSWER_LOST"})
    void aRefusedSettlementStaysRefusedAndTheNextAttemptPaysOnce(Cut cut) {
        verify("verify");
        beta.database.write(tx -> {
            beta.ledger.deactivate(tx, weather);
            return weather;
        });
        cut.during(
                alpha,
                beta,
                () -> settle("settle"),
                () -> beta.database.write(tx -> {
                    beta.ledger.activate(tx, weather);
                    return weather;
                }));
        eventually("it is refused", () -> state() == State.CONSUMED && alpha.unanswered() == 0);
        assertThat(alpha.held(alice)).isEqualTo("1");
        assertThat(alpha.balance(alice)).isEqualTo("100");
        assertThat(beta.balance(weather)).isEqualTo("0");
        settle("once more");
        requirePaid();
    }

    @ParameterizedTest
    @EnumSource
    void aClaimIsHeardOnce(Cut cut) {
        verify("verify");
        pair.pass(Duration.ofHours(25));
        cut.during(
                beta,
                alpha,
                () -> beta.payments.claim(call(weather, "claim"), "alpha.example", token.getPaymentId()),
                NOTHING);
        eventually("it is settled", () -> state() == State.SETTLED && beta.unanswered() == 0);
        requirePaid();
    }

    @ParameterizedTest
    @EnumSource
    void aWaiverIsHeardOnce(Cut cut) {
        verify("verify");
        cut.during(
                beta,
                alpha,
                () -> beta.payments.waive(call(weather, "waive"), "alpha.example", token.getPaymentId()),
                NOTHING);
        eventually("it is released", () -> state() == State.RELEASED && beta.unanswered() == 0);
        assertThat(alpha.balance(alice)).isEqualTo("100");
        assertThat(beta.balance(weather)).isEqualTo("0");
    }

    private VerifyResponse verify(String request) {
        return beta.payments
                .verify(call(weather, request), "alpha.example", text())
                .join();
    }

    private void settle(String request) {
        var unused = alpha.payments.end(call(alice, request), EndCommand.How.SETTLE, text(), "");
    }

    private void requirePaid() {
        eventually("it is settled", () -> state() == State.SETTLED);
        assertThat(alpha.balance(alice)).isEqualTo("99");
        assertThat(beta.balance(weather)).isEqualTo("0.995");
    }

    private State state() {
        return alpha.payments
                .show(call(alice, "state").caller(), UUID.fromString(token.getPaymentId()))
                .getState();
    }

    private String text() {
        return token.getPaymentToken();
    }

    private static Call call(AgentId agent, String request) {
        return TestNode.call(agent, request, "");
    }
}
