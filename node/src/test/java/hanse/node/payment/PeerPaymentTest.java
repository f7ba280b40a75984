package hanse.node.payment;

import static hanse.node.federation.TestNode.eventually;
import static hanse.schema.jooq.Tables.INBOX;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.federation.v1.Answer;
import hanse.federation.v1.ConsumedPayment;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedOutcome;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.federation.TestNode.Network;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Ledger;
import hanse.node.testing.Postgres;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.Payment.State;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageSigner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alice of alpha pays weather of beta per call: weather presents the token to beta, alice settles at alpha.
class PeerPaymentTest {
    @TempDir
    Path directory;

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final InstantSource clock = () -> Instant.now().plus(ahead.get());
    private TestNode alpha;
    private TestNode beta;
    private AgentId alice;
    private AgentId weather;

    @BeforeEach
    void peer() {
        alpha = new TestNode("alpha.example", directory.resolve("alpha"), Postgres.fresh(), clock).start();
        beta = new TestNode("beta.example", directory.resolve("beta"), Postgres.fresh(), clock).start();
        alpha.trust(beta);
        beta.trust(alpha);
        eventually("both have greeted", () -> alpha.isActive(beta) && beta.isActive(alpha));
        alice = alpha.agent("1000");
        weather = beta.agent("0");
    }

    @AfterEach
    void holds() {
        try {
            Pair.requireWhole(alpha, beta);
        } finally {
            alpha.close();
            beta.close();
            alpha.fresh.close();
            beta.fresh.close();
        }
    }

    @Test
    void aTokenIsConsumedAtThePayeesRegistryAndPaidOnce() {
        AuthorizeResponse token = authorize("1");
        VerifyResponse first = verify(token, "v1");
        assertThat(first.getValid()).isTrue();
        assertThat(first.getFirstUse()).isTrue();
        assertThat(first.getAmount()).isEqualTo("1");
        assertThat(first.getPayer()).isEqualTo(new Did(alpha.id, alice).toString());
        assertThat(first.getResource()).isEqualTo("GET /weather");
        assertThat(verify(token, "v1").getFirstUse()).isTrue();
        VerifyResponse second = verify(token, "v2");
        assertThat(second.getValid()).isTrue();
        assertThat(second.getFirstUse()).isFalse();
        assertThat(beta.position(alpha).net()).isEqualTo(Avt.parse("1").micros());
        Payment paid = settle(token, "s1");
        assertThat(paid.getState()).isEqualTo(State.SETTLED);
        assertThat(settle(token, "s1").getState()).isEqualTo(State.SETTLED);
        assertThat(refusal(() -> settle(token, "s2"))).contains(Reason.ALREADY_SETTLED);
        assertThat(alpha.balance(alice)).isEqualTo("999");
        assertThat(alpha.held(alice)).isEqualTo("0");
        assertThat(beta.balance(weather)).isEqualTo("0.995");
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
        assertThat(verify(token, "v3").getReason()).isEqualTo("TOKEN_SPENT");
        assertThat(shown(token).getState()).isEqualTo(State.SETTLED);
    }

    @Test
    void theFeeOfAPaymentBetweenRegistriesGoesToTheReceivers() {
        AuthorizeResponse token = authorize("10");
        verify(token, "v1");
        settle(token, "s1");
        assertThat(treasury(beta)).isEqualTo(50_000);
        assertThat(treasury(alpha)).isZero();
    }

    private static long treasury(TestNode node) {
        return node.database.read(node.ledger::totals).stream()
                .filter(total -> total.kind() == AccountKind.TREASURY)
                .mapToLong(Ledger.Total::micros)
                .sum();
    }

    @Test
    void whatIsNotValidIsAnAnswerAndKeepsNoHeadroom() {
        AuthorizeResponse token = authorize("1");
        AgentId thief = beta.agent("0");
        VerifyResponse stolen = verify(thief, token.getPaymentToken(), "v1");
        assertThat(stolen.getValid()).isFalse();
        assertThat(stolen.getReason()).isEqualTo("WRONG_PAYEE");
        assertThat(verify(weather, "apt_" + "0".repeat(64), "v2").getReason()).isEqualTo("UNKNOWN_TOKEN");
        ahead.set(Duration.ofMinutes(16));
        assertThat(verify(token, "v3").getReason()).isEqualTo("TOKEN_EXPIRED");
        assertThat(beta.position(alpha).net()).isZero();
        assertThat(refusal(() -> beta.payments
                        .verify(call(weather, "v4"), "https://nobody.example", token.getPaymentToken())
                        .join()))
                .contains(Reason.UNKNOWN_PEER);
    }

    @Test
    void aLargePaymentIsAskedForAgainWithMoreHeadroom() {
        AuthorizeResponse token = authorize("50");
        assertThat(verify(token, "v1").getFirstUse()).isTrue();
        assertThat(beta.position(alpha).net()).isEqualTo(Avt.parse("50").micros());
        assertThat(settle(token, "s1").getState()).isEqualTo(State.SETTLED);
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
    }

    @Test
    void nothingIsConsumedBeyondTheLimit() {
        beta.limitPeer(alpha, "20");
        AuthorizeResponse token = authorize("50");
        assertThat(refusal(() -> verify(token, "v1"))).contains(Reason.EXPOSURE_EXCEEDED);
        assertThat(beta.position(alpha).net()).isZero();
        assertThat(state(token)).isEqualTo(State.AUTHORIZED);
        // More is trusted now, and what is promised is kept although less is trusted later.
        beta.limitPeer(alpha, "60");
        assertThat(verify(token, "v2").getValid()).isTrue();
        beta.limitPeer(alpha, "1");
        assertThat(settle(token, "s1").getState()).isEqualTo(State.SETTLED);
    }

    @Test
    void aRefusedSettlementIsHeldAgainAndTriedUnderAnotherId() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        close(true);
        Payment refused = settle(token, "s1");
        assertThat(refused.getState()).isEqualTo(State.CONSUMED);
        assertThat(refused.getRefusal()).isEqualTo("AGENT_NOT_ACTIVE");
        assertThat(alpha.held(alice)).isEqualTo("1");
        assertThat(alpha.balance(alice)).isEqualTo("1000");
        close(false);
        Payment paid = settle(token, "s2");
        assertThat(paid.getState()).isEqualTo(State.SETTLED);
        assertThat(paid.getTransferId()).isNotEqualTo(refused.getTransferId());
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
    }

    @Test
    void anIssuerThatIsNotReachedIsFoundWhenTheSameIsAskedAgain() {
        AuthorizeResponse token = authorize("1");
        alpha.network.messagesLost.set(Integer.MAX_VALUE);
        assertThat(refusal(() -> verify(token, "v1"))).contains(Reason.PEER_UNREACHABLE);
        alpha.network.messagesLost.set(0);
        VerifyResponse again = verify(token, "v1");
        assertThat(again.getValid()).isTrue();
        assertThat(again.getFirstUse()).isTrue();
    }

    @Test
    void everyMessageMayBeLostAndEveryAnswer() {
        for (int i = 0; i < 6; i++) {
            AuthorizeResponse token = authorize("1");
            alpha.network.messagesLost.set(i % 2);
            alpha.network.answersLost.set(i / 2 % 2);
            beta.network.outcomesLost.set(i / 3);
            beta.network.recordsLost.set(i % 3);
            assertThat(verify(token, "v" + i).getFirstUse()).isTrue();
            beta.network.messagesLost.set(i % 2);
            beta.network.answersLost.set(i / 2 % 2);
            alpha.network.outcomesLost.set(i / 3);
            alpha.network.recordsLost.set(i % 3);
            assertThat(settle(token, "s" + i).getState()).isEqualTo(State.SETTLED);
        }
        assertThat(beta.balance(weather)).isEqualTo("5.97");
        assertThat(beta.position(alpha).reserved().isZero()).isTrue();
    }

    @Test
    void workThatWasDoneIsPaidAlthoughTheLinkIsSuspended() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        alpha.suspendPeer(beta);
        beta.suspendPeer(alpha);
        assertThat(settle(token, "s1").getState()).isEqualTo(State.SETTLED);
        assertThat(beta.balance(weather)).isEqualTo("0.995");
        assertThat(refusal(() -> authorize("1"))).contains(Reason.PEER_SUSPENDED);
    }

    @Test
    void thePayeeClaimsAtItsOwnRegistryWhatThePayerDoesNotSettle() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        assertThat(refusal(() -> claim(token, "c1"))).contains(Reason.SETTLE_BY_NOT_REACHED);
        ahead.set(Duration.ofHours(25));
        Payment claimed = claim(token, "c2");
        assertThat(claimed.getState()).isIn(State.SETTLING, State.SETTLED);
        eventually("it is paid", () -> beta.balance(weather).equals("0.995"));
        eventually("alpha knows", () -> state(token) == State.SETTLED);
        assertThat(claim(token, "c2").getState()).isEqualTo(State.SETTLED);
        assertThat(refusal(() -> claim(token, "c3"))).contains(Reason.ALREADY_SETTLED);
    }

    @Test
    void aClaimThatCameToNothingMayBeMadeAgain() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        ahead.set(Duration.ofHours(25));
        // By the time the money of the claim arrives, the payee's account is closed.
        beta.network.at(Network.Moment.ARRIVED, () -> close(true));
        var claim = beta.payments.claim(call(weather, "c1"), alpha.id.value(), token.getPaymentId());
        // Whether it is heard before the outcome of the claim that the money has gone back is chance.
        assertThat(TestRegistry.refusal(claim)).isIn(Optional.empty(), Optional.of(Reason.AGENT_NOT_ACTIVE));
        eventually("the money is held again", () -> state(token) == State.CONSUMED && alpha.unanswered() == 0);
        close(false);
        eventually("nothing is asked any more", () -> beta.unanswered() == 0);
        assertThat(shown(token).getState()).isEqualTo(State.CONSUMED);
        beta.payments
                .claim(TestNode.call(weather, 3, "c2", ""), alpha.id.value(), token.getPaymentId())
                .join();
        eventually("it is paid", () -> beta.balance(weather).equals("0.995"));
    }

    @Test
    void thePayeeWaivesAtItsOwnRegistry() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        Payment waived = beta.payments
                .waive(call(weather, "w1"), alpha.id.value(), token.getPaymentId())
                .join();
        assertThat(waived.getState()).isEqualTo(State.RELEASED);
        assertThat(alpha.held(alice)).isEqualTo("0");
        assertThat(state(token)).isEqualTo(State.RELEASED);
        assertThat(beta.position(alpha).net()).isZero();
        assertThat(verify(token, "v2").getReason()).isEqualTo("TOKEN_RELEASED");
    }

    @Test
    void headroomThatNobodyUsesIsTakenBack() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        ahead.set(Duration.ofDays(29));
        assertThat(beta.payments.sweepAll()).isZero();
        // The issuer gives it back after 30 days, the payee's registry forgets it a day later.
        ahead.set(Duration.ofDays(32));
        assertThat(alpha.payments.sweepAll()).isEqualTo(1);
        assertThat(beta.payments.sweepAll()).isEqualTo(1);
        assertThat(alpha.held(alice)).isEqualTo("0");
        assertThat(beta.position(alpha).net()).isZero();
        assertThat(shown(token).getState()).isEqualTo(State.RELEASED);
    }

    /// The payee's account is closed, or, as no operator could, opened again.
    private void close(boolean closed) {
        beta.database.write(tx -> {
            if (closed) {
                beta.ledger.deactivate(tx, weather);
            } else {
                beta.ledger.activate(tx, weather);
            }
            return weather;
        });
    }

    /// As the payee's registry sees it.
    private Payment shown(AuthorizeResponse token) {
        return beta.payments.show(call(weather, "g").caller(), UUID.fromString(token.getPaymentId()));
    }

    @Test
    void whatAnIssuerSaysThatCannotBeStoredIsARefusal() {
        List<Consumer<ConsumedPayment.Builder>> lies = List.of(
                said -> said.setResource("GET /weather\0"),
                said -> said.setResource("x".repeat(513)),
                said -> said.getConsumedAtBuilder().setSeconds(10_000_000_000_000L),
                said -> said.getExpiresAtBuilder().setSeconds(1_000_000_000_000_000_000L),
                said -> said.getExpiresAtBuilder().setNanos(-1));
        for (int i = 0; i < lies.size(); i++) {
            AuthorizeResponse token = authorize("1");
            Consumer<ConsumedPayment.Builder> lie = lies.get(i);
            alpha.network.told = answer -> retold(answer, lie);
            String requestId = "v" + i;
            assertThat(refusal(() -> verify(token, requestId))).contains(Reason.MESSAGE_REFUSED);
        }
        assertThat(beta.position(alpha).net()).isZero();
        alpha.network.told = UnaryOperator.identity();
        assertThat(verify(authorize("1"), "honest").getValid()).isTrue();
    }

    private Answer retold(Answer answer, Consumer<ConsumedPayment.Builder> lie) {
        SigningKey key = SigningKey.openOrCreate(directory.resolve("alpha").resolve("signing.key"));
        try {
            Outcome.Builder outcome = Outcome.parseFrom(answer.getOutcome().getOutcome()).toBuilder();
            lie.accept(outcome.getAcceptedBuilder().getConsumedPaymentBuilder());
            SignedOutcome signed = new MessageSigner(alpha.id.value(), key).sign(outcome.build());
            return answer.toBuilder().setOutcome(signed).build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aClaimWhoseTraceIsNoneIsPaid() {
        AuthorizeResponse token = authorize("1");
        verify(token, "v1");
        ahead.set(Duration.ofHours(25));
        // The claim is just small enough for a message; the transfer that it causes says more.
        Call call = call(weather, "c1");
        Call untraceable = new Call(call.caller(), Optional.of(call.request()), "x".repeat(65_380));
        Payment claimed = beta.payments
                .claim(untraceable, alpha.id.value(), token.getPaymentId())
                .join();
        assertThat(claimed.getState()).isIn(State.SETTLING, State.SETTLED);
        eventually("it is paid", () -> beta.balance(weather).equals("0.995"));
    }

    @Test
    void everyMessagesIdBeginsWithItsTime() {
        AuthorizeResponse token = authorize("50");
        verify(token, "v1");
        Payment paid = settle(token, "s1");
        UUID transfer = UUID.fromString(paid.getTransferId());
        assertThat(transfer.version()).isEqualTo(7);
        assertThat(transfer.getMostSignificantBits() >>> 16).isEqualTo(Timestamps.toMillis(paid.getConsumedAt()));
        // It was asked for twice, the second time with more headroom.
        List<UUID> asked =
                alpha.database.read(tx -> tx.sql().select(INBOX.ID).from(INBOX).fetch(INBOX.ID));
        assertThat(asked).hasSize(2).allSatisfy(id -> assertThat(id.version()).isEqualTo(7));
    }

    private AuthorizeResponse authorize(String amount) {
        return alpha.payments
                .authorize(
                        call(alice, UUID.randomUUID().toString()),
                        new Did(beta.id, weather),
                        Avt.parse(amount),
                        0,
                        "GET /weather")
                .join();
    }

    private VerifyResponse verify(AuthorizeResponse token, String requestId) {
        return verify(weather, token.getPaymentToken(), requestId);
    }

    private VerifyResponse verify(AgentId payee, String token, String requestId) {
        return beta.payments
                .verify(call(payee, requestId), "https://alpha.example", token)
                .join();
    }

    private Payment settle(AuthorizeResponse token, String requestId) {
        return alpha.payments
                .end(call(alice, requestId), EndCommand.How.SETTLE, token.getPaymentToken(), "")
                .join();
    }

    private Payment claim(AuthorizeResponse token, String requestId) {
        return beta.payments
                .claim(call(weather, requestId), alpha.id.value(), token.getPaymentId())
                .join();
    }

    private State state(AuthorizeResponse token) {
        return alpha.payments
                .show(call(alice, "g").caller(), UUID.fromString(token.getPaymentId()))
                .getState();
    }

    private static Call call(AgentId agent, String requestId) {
        return TestNode.call(agent, requestId, "");
    }

    private static Optional<Reason> refusal(Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (RefusedException refused) {
            return Optional.of(refused.reason());
        } catch (CompletionException e) {
            return e.getCause() instanceof RefusedException refused ? Optional.of(refused.reason()) : Optional.empty();
        }
    }
}
