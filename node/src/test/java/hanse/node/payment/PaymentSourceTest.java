package hanse.node.payment;

import static hanse.node.testing.TestRegistry.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.RefusedException;
import hanse.node.ledger.AccountKind;
import hanse.node.ledger.Avt;
import hanse.node.ledger.EntryKind;
import hanse.node.ledger.Position;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.VerifyResponse;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the source says of payment tokens in so many words. Source: spec/protocol, A2A Payment Tokens, Token Lifecycle.
class PaymentSourceTest {
    private final TestClock clock = new TestClock();
    private final TestRegistry registry = TestRegistry.fresh(clock);
    private final Payments payments = new Payments(
            registry.database,
            registry.commit,
            registry.transfers,
            registry.parties,
            new TokenSecret(new byte[32]),
            clock);
    private AgentId caller;
    private AgentId target;

    @BeforeEach
    void open() {
        caller = registry.agent("100");
        target = registry.agent("0");
    }

    @AfterEach
    void theSupplyInvariantStaysIntact() {
        assertThat(registry.verify().fault()).isEmpty();
        registry.close();
    }

    @Test
    void theTokenIsAptAndSixtyFourHexCharactersAndStoredAsItsHashOnly() {
        String token = authorize("1", 0).getPaymentToken();
        assertThat(token).matches("apt_[0-9a-f]{64}");
        String hash = HexFormat.of().formatHex(SignedText.sha256(token.getBytes(StandardCharsets.UTF_8)));
        assertThat(found("select encode(token_hash, 'hex') from payment")).isEqualTo(hash);
        String secret = token.substring("apt_".length());
        for (String table : List.of("payment", "outcome", "journal")) {
            assertThat(found("select coalesce(string_agg(t::text, ' '), '') from " + table + " t"))
                    .as("the plaintext is nowhere in %s", table)
                    .doesNotContain(secret)
                    .doesNotContain(HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void theTimeToLiveIsFifteenMinutesAndFromSixtyToThreeThousandSixHundredSeconds() {
        assertThat(ttl(authorize("1", 0))).isEqualTo(900);
        assertThat(ttl(authorize("1", 60))).isEqualTo(60);
        assertThat(ttl(authorize("1", 3_600))).isEqualTo(3_600);
        for (int seconds : List.of(-1, 59, 3_601)) {
            assertThat(refused(() -> authorize("1", seconds))).contains(Reason.BAD_TTL);
        }
    }

    @Test
    void aTokenThatIsNotVerifiedInTimeExpiresAndItsReservedFundsAreFreed() {
        AuthorizeResponse token = authorize("1", 60);
        assertThat(registry.account(caller).held()).isEqualTo(Avt.parse("1"));
        clock.advance(Duration.ofSeconds(61));
        assertThat(verify(token).getReason()).isEqualTo("TOKEN_EXPIRED");
        assertThat(payments.sweepExpired()).isOne();
        assertThat(state(token)).isEqualTo(Payment.State.EXPIRED);
        assertThat(registry.account(caller).held()).isEqualTo(Avt.ZERO);
    }

    @Test
    void verifyConsumesOnceAndStaysValidAndSettleIsOneTime() {
        AuthorizeResponse token = authorize("1", 0);
        assertThat(refusal(payments.end(call(), EndCommand.How.SETTLE, token.getPaymentToken(), "")))
                .contains(Reason.PAYMENT_NOT_CONSUMED);
        assertThat(verify(token).getFirstUse()).isTrue();
        assertThat(state(token)).isEqualTo(Payment.State.CONSUMED);
        VerifyResponse again = verify(token);
        assertThat(again.getValid()).isTrue();
        assertThat(again.getFirstUse()).isFalse();
        settle(token);
        assertThat(refusal(payments.end(call(), EndCommand.How.SETTLE, token.getPaymentToken(), "")))
                .contains(Reason.ALREADY_SETTLED);
        assertThat(registry.balance(caller)).isEqualTo(99_000_000);
    }

    @Test
    void releaseCancelsWhatWasNotUsedAndNothingElse() {
        AuthorizeResponse unused = authorize("1", 0);
        payments.end(call(), EndCommand.How.RELEASE, unused.getPaymentToken(), "")
                .join();
        assertThat(registry.account(caller).held()).isEqualTo(Avt.ZERO);
        assertThat(verify(unused).getReason()).isEqualTo("TOKEN_RELEASED");
        AuthorizeResponse used = authorize("1", 0);
        verify(used);
        assertThat(refusal(payments.end(call(), EndCommand.How.RELEASE, used.getPaymentToken(), "")))
                .contains(Reason.ALREADY_CONSUMED);
    }

    @Test
    void everyPaymentPaysTheNormalFeeOnceAtSettleAndEmitsTheStandardEvents() {
        AuthorizeResponse token = authorize("10", 0);
        verify(token);
        assertThat(registry.total(AccountKind.TREASURY))
                .as("nothing before it settles")
                .isZero();
        settle(token);
        assertThat(registry.balance(target)).isEqualTo(9_950_000);
        assertThat(registry.total(AccountKind.TREASURY)).isEqualTo(50_000);
        assertThat(events()).containsExactly("TokensTransferred", "TransactionFeeCollected");
        registry.pay(caller, target, "10");
        assertThat(events())
                .as("a plain transfer leaves the same")
                .containsExactly(
                        "TokensTransferred", "TokensTransferred", "TransactionFeeCollected", "TransactionFeeCollected");
    }

    @Test
    void theSmallestTypicalAmountIsPaidLikeAnyOther() {
        AuthorizeResponse token = authorize("0.001", 0);
        verify(token);
        settle(token);
        assertThat(registry.balance(target)).isEqualTo(995);
    }

    private AuthorizeResponse authorize(String amount, int ttlSeconds) {
        return payments.authorize(call(), registry.parties.did(target), Avt.parse(amount), ttlSeconds, "")
                .join();
    }

    private VerifyResponse verify(AuthorizeResponse token) {
        return payments.verify(call(target), token.getPaymentToken()).join();
    }

    private void settle(AuthorizeResponse token) {
        payments.end(call(), EndCommand.How.SETTLE, token.getPaymentToken(), "").join();
    }

    private Payment.State state(AuthorizeResponse token) {
        return payments.show(call().caller(), UUID.fromString(token.getPaymentId()))
                .getState();
    }

    private long ttl(AuthorizeResponse token) {
        return token.getExpiresAt().getSeconds() - clock.instant().getEpochSecond();
    }

    private Call call() {
        return call(caller);
    }

    private static Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "");
    }

    private static Optional<Reason> refused(Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (RefusedException refused) {
            return Optional.of(refused.reason());
        }
    }

    /// The types of events that move money or collect a fee, sorted.
    private List<String> events() {
        return registry.database.read(tx -> registry.ledger.heads(tx).stream()
                .flatMap(head -> registry.ledger.entriesAfter(tx, Position.start(head.lane()), 1_000).stream())
                .filter(entry -> entry.kind() == EntryKind.TOKENS_TRANSFERRED
                        || entry.kind() == EntryKind.TRANSACTION_FEE_COLLECTED)
                .map(entry -> entry.kind().event())
                .sorted()
                .toList());
    }

    private String found(String query) {
        return registry.database.read(tx -> tx.sql().fetchSingle(query).into(String.class));
    }
}
