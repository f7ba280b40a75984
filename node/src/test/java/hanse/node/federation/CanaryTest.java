package hanse.node.federation;

import static hanse.node.federation.TestNode.eventually;
import static hanse.schema.jooq.Tables.AGENT;
import static org.assertj.core.api.Assertions.assertThat;

import hanse.error.v1.Reason;
import hanse.node.CanaryMeters;
import hanse.node.account.Accounts;
import hanse.node.ledger.Avt;
import hanse.peer.v1.Diagnosis;
import hanse.peer.v1.Finding;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Canary payments between two registries, minute by minute.
@Timeout(60)
class CanaryTest {
    private Pair pair;
    private TestNode alpha;
    private TestNode beta;

    @BeforeEach
    void start(@TempDir Path directory) {
        pair = new Pair(directory);
        alpha = pair.alpha();
        beta = pair.beta();
        nextMinute();
    }

    @AfterEach
    void holds() {
        Pair.requireWhole(alpha, beta);
        pair.close();
    }

    @Test
    void arriveBothWaysAndShowInMetrics() {
        on(alpha, true);
        on(beta, true);
        for (int minute = 1; minute <= 3; minute++) {
            sing(alpha);
            sing(beta);
            nextMinute();
        }
        // Of each payment one half is the fee: the least there is.
        long faucet = 1_000;
        assertThat(balance(alpha)).isEqualTo(faucet - 3 * 2 + 3);
        assertThat(balance(beta)).isEqualTo(faucet - 3 * 2 + 3);
        assertThat(alpha.treasury()).isEqualTo(3);
        assertThat(alpha.position(beta).position()).isZero();
        assertThat(diagnose(alpha, beta).getCanary().getSettled()).isEqualTo(3);
        assertThat(diagnose(alpha, beta).getCanary().hasArrivedAt()).isTrue();
        assertThat(kinds(diagnose(alpha, beta))).isEmpty();
        SimpleMeterRegistry meters = meters(alpha);
        assertThat(payments(meters, "settled")).isEqualTo(3);
        assertThat(payments(meters, "refused")).isZero();
        assertThat(gauge(meters, "took.seconds")).isPositive();
        assertThat(gauge(meters, "waiting.seconds")).isZero();
        assertThat(gauge(meters, "last.arrived")).isPositive();
        // Nobody can hire it, or sign for it: it is an account, and no agent.
        assertThat(alpha.<Integer>read(tx -> tx.sql().fetchCount(AGENT))).isZero();
    }

    @Test
    void areMadeOnceAMinuteWhicheverProcessMakesThem() {
        on(alpha, true);
        on(beta, true);
        sing(alpha);
        sing(alpha);
        try (TestNode beside = alpha.beside().start()) {
            on(beside, true);
            sing(beside);
        }
        assertThat(alpha.frames()).hasSize(1);
        nextMinute();
        sing(alpha);
        assertThat(alpha.frames()).hasSize(2);
    }

    @Test
    void doNotPileUpBehindALinkThatIsCut() {
        on(alpha, true);
        on(beta, true);
        sing(alpha);
        beta.wire().cut();
        nextMinute();
        alpha.federation.canary().sing();
        nextMinute();
        nextMinute();
        alpha.federation.canary().sing();
        assertThat(alpha.unanswered()).isEqualTo(1);
        assertThat(kinds(diagnose(alpha, beta))).contains(Finding.Kind.CANARY_WAITING);
        assertThat(gauge(meters(alpha), "waiting.seconds")).isGreaterThan(60);

        beta.wire().restore();
        eventually("it arrives", () -> alpha.unanswered() == 0);
        nextMinute();
        sing(alpha);
        assertThat(state(alpha, beta).settled()).isEqualTo(3);
        assertThat(gauge(meters(alpha), "waiting.seconds")).isZero();
        assertThat(kinds(diagnose(alpha, beta))).doesNotContain(Finding.Kind.CANARY_WAITING);
    }

    @Test
    void areNotSentWithoutMoneyUntilTheTreasuryHasSome() {
        on(alpha, false);
        on(beta, false);
        sing(alpha);
        assertThat(alpha.frames()).isEmpty();
        assertThat(state(alpha, beta).unsent()).isEqualTo(1);
        Diagnosis diagnosis = diagnose(alpha, beta);
        assertThat(diagnosis.getWell()).isTrue();
        assertThat(kinds(diagnosis)).containsExactly(Finding.Kind.CANARY_UNFUNDED);
        assertThat(diagnosis.getFindings(0).getRemedy()).contains("deposit " + Canary.of(alpha.id));
        assertThat(gauge(meters(alpha), "unfunded")).isEqualTo(1);

        alpha.earn(0, "1");
        nextMinute();
        sing(alpha);
        assertThat(state(alpha, beta).settled()).isEqualTo(1);
        assertThat(alpha.treasury()).isEqualTo(1_000_000 - 1_000);
        assertThat(gauge(meters(alpha), "unfunded")).isZero();
    }

    @Test
    void countForTheLimitOfWhatIsHeldOfAPeer() {
        on(alpha, true);
        on(beta, false);
        beta.limitPeer(alpha, "0.000003");
        sing(alpha);
        assertThat(beta.position(alpha).position()).isEqualTo(2);
        nextMinute();
        sing(alpha);
        assertThat(state(alpha, beta).refusal()).contains(Reason.EXPOSURE_EXCEEDED);
        assertThat(kinds(diagnose(alpha, beta))).containsExactly(Finding.Kind.CANARY_REFUSED);
        assertThat(payments(meters(alpha), "refused")).isEqualTo(1);
        assertThat(balance(alpha)).isEqualTo(1_000 - 2);
        assertThat(beta.position(alpha).position()).isEqualTo(2);
    }

    @Test
    void areNotSentToAPeerThatIsTooOldToHaveACanary() {
        on(alpha, true);
        sing(alpha);
        assertThat(alpha.frames()).isEmpty();
        assertThat(balance(alpha)).isZero();
        Diagnosis diagnosis = diagnose(alpha, beta);
        assertThat(diagnosis.getWell()).isTrue();
        assertThat(kinds(diagnosis)).containsExactly(Finding.Kind.CANARY_UNKNOWN);
    }

    private void nextMinute() {
        long second = alpha.now().getEpochSecond() % 60;
        pair.pass(Duration.ofSeconds(60 - second));
    }

    private static void on(TestNode node, boolean faucet) {
        Accounts accounts =
                new Accounts(node.database, node.ledger, node.commit, node.transfers, node.outcomes, faucet);
        node.federation.canary().on((canary, amount) -> accounts.provide(canary, amount, "canary"));
    }

    /// What its chore does every minute, and its end.
    private static void sing(TestNode node) {
        node.federation.canary().sing();
        eventually("it is answered", () -> node.unanswered() == 0);
    }

    private static CanaryState state(TestNode node, TestNode peer) {
        return node.read(tx -> node.federation.canary().state(tx, peer.id)).orElseThrow();
    }

    private static Diagnosis diagnose(TestNode node, TestNode peer) {
        return node.federation.doctor().diagnose(peer.id);
    }

    /// What is found of canaries: that cards are known takes a moment.
    private static List<Finding.Kind> kinds(Diagnosis diagnosis) {
        return diagnosis.getFindingsList().stream()
                .map(Finding::getKind)
                .filter(kind -> kind.name().startsWith("CANARY"))
                .toList();
    }

    private static long balance(TestNode node) {
        return Avt.parseLimit(node.balance(Canary.of(node.id))).micros();
    }

    private static SimpleMeterRegistry meters(TestNode node) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        new CanaryMeters(node.federation.canary(), node::now, meters).refresh();
        return meters;
    }

    private static double payments(SimpleMeterRegistry meters, String result) {
        return meters.get("hanse.peer.canary.payments")
                .tag("result", result)
                .gauge()
                .value();
    }

    private static double gauge(SimpleMeterRegistry meters, String name) {
        return meters.get("hanse.peer.canary." + name).gauge().value();
    }
}
