package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.node.ledger.Ledger;
import hanse.node.storage.Database;
import hanse.node.testing.FaultySource;
import hanse.node.testing.FaultySource.Fault;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.node.trust.DealingCount;
import hanse.node.trust.Dealings;
import hanse.node.trust.LocalTrust;
import hanse.node.trust.PeerTrust;
import hanse.node.trust.PeerTrusts;
import hanse.node.trust.TrustRow;
import hanse.node.trust.TrustRows;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Settled payments become rows of trust and peers' counts, each once.
@Timeout(60)
final class PaymentDealingTest {
    private static final Caller OPERATOR = new Caller.Operator("admin", 1);

    @Test
    void countsWhatWasSettledAndNothingElse() {
        try (TestRegistry alpha = TestRegistry.fresh()) {
            Payments payments = payments(alpha);
            AgentId payer = alpha.agent("100");
            AgentId payee = alpha.agent("0");
            settle(payments, payer, payee);
            settle(payments, payer, payee);
            String unused = authorize(payments, payer, payee).getPaymentToken();
            payments.end(call(payer), EndCommand.How.RELEASE, unused, "").join();
            alpha.pay(payer, payee, "3");

            DealingCount count = count(alpha, alpha.database);
            count.run();
            assertThat(rows(alpha, payee)).containsExactly(row(alpha, payer, payee, 2));
            assertThat(rows(alpha, payer)).isEmpty();

            settle(payments, payer, payee);
            count.run();
            count.run();
            assertThat(rows(alpha, payee)).containsExactly(row(alpha, payer, payee, 3));
        }
    }

    @Test
    void countsEachOnceHoweverManyProcessesCountAtOnce() throws Exception {
        try (TestRegistry alpha = TestRegistry.fresh();
                TestRegistry other = TestRegistry.on(alpha.source());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Payments payments = payments(alpha);
            AgentId payer = alpha.agent("100");
            AgentId payee = alpha.agent("0");
            int settled = 0;
            for (int round = 0; round < 10; round++) {
                for (int i = 0; i < 5; i++, settled++) {
                    settle(payments, payer, payee);
                }
                List<Future<?>> counting = new ArrayList<>();
                for (TestRegistry process : List.of(alpha, other, alpha, other)) {
                    counting.add(threads.submit(
                            () -> count(process, process.database).run()));
                }
                for (Future<?> one : counting) {
                    one.get();
                }
                assertThat(rows(alpha, payee)).containsExactly(row(alpha, payer, payee, settled));
            }
        }
    }

    @Test
    void countsEachOnceWhenItDiesAtAnyOfItsCommits() {
        try (TestRegistry alpha = TestRegistry.fresh()) {
            Payments payments = payments(alpha);
            AgentId payer = alpha.agent("100");
            AgentId payee = alpha.agent("0");
            int settled = 0;
            int deaths = 0;
            for (Fault fault : Fault.values()) {
                boolean died = true;
                for (int commit = 1; died; commit++) {
                    settle(payments, payer, payee);
                    settled++;
                    FaultySource mortal = new FaultySource(alpha.source());
                    mortal.dieAt(commit, fault);
                    DealingCount dying = count(alpha, new Database(mortal.source(), java.time.InstantSource.system()));
                    died = dies(dying);
                    deaths += died ? 1 : 0;
                    count(alpha, alpha.database).run();
                    assertThat(rows(alpha, payee)).containsExactly(row(alpha, payer, payee, settled));
                }
            }
            assertThat(deaths).isGreaterThanOrEqualTo(2);
        }
    }

    private static boolean dies(DealingCount count) {
        try {
            count.run();
            return false;
        } catch (FaultySource.Killed killed) {
            return true;
        }
    }

    @Test
    void aRowWithoutItsMarkIsTakenBack() {
        try (TestRegistry alpha = TestRegistry.fresh()) {
            Payments payments = payments(alpha);
            AgentId payer = alpha.agent("100");
            AgentId payee = alpha.agent("0");
            settle(payments, payer, payee);
            DealingCount broken = new DealingCount(
                    alpha.database,
                    alpha.ledger,
                    new LocalTrust(TestRegistry.NAME),
                    new PeerTrusts(),
                    List.<Dealings>of(new PaymentDealingStore(TestRegistry.NAME), (tx, after, last) -> {
                        throw new IllegalStateException("a source fails");
                    }));
            assertThatThrownBy(broken::run).isInstanceOf(IllegalStateException.class);
            assertThat(rows(alpha, payee)).isEmpty();
            count(alpha, alpha.database).run();
            assertThat(rows(alpha, payee)).containsExactly(row(alpha, payer, payee, 1));
        }
    }

    @Test
    void bothRegistriesCountWhatWasPaidBetweenThem(@TempDir Path directory) {
        try (Pair pair = new Pair(directory)) {
            TestNode alpha = pair.alpha();
            TestNode beta = pair.beta();
            AgentId alice = alpha.agent("100");
            AgentId weather = beta.agent("0");
            for (int i = 0; i < 3; i++) {
                AuthorizeResponse token = alpha.payments
                        .authorize(call(alice), new Did(beta.id, weather), Avt.parse("1"), 0, "")
                        .join();
                assertThat(beta.payments
                                .verify(call(weather), alpha.id.value(), token.getPaymentToken())
                                .join()
                                .getValid())
                        .isTrue();
                alpha.payments
                        .end(call(alice), EndCommand.How.SETTLE, token.getPaymentToken(), "")
                        .join();
            }
            pair.rest();
            count(alpha).run();
            count(beta).run();
            count(beta).run();

            TrustRow expected =
                    new TrustRow(new TrustRow.Pair(new Did(alpha.id, alice), new Did(beta.id, weather)), 0, 0, 3);
            assertThat(rows(alpha, new Did(beta.id, weather))).containsExactly(expected);
            assertThat(rows(beta, new Did(beta.id, weather))).containsExactly(expected);
            assertThat(peer(alpha, beta).interactions()).isEqualTo(3);
            assertThat(peer(beta, alpha).interactions()).isEqualTo(3);
            assertThat(peer(beta, alpha).lastInteractionAt()).isPresent();
            assertThat(peer(beta, alpha).bayesianDiscount()).isEqualTo(4.0 / 5);
        }
    }

    @Test
    void aRefusedTransferIsAnInteractionButNoDealing(@TempDir Path directory) {
        try (Pair pair = new Pair(directory)) {
            TestNode alpha = pair.alpha();
            AgentId alice = alpha.agent("100");
            alpha.send(alice, pair.beta(), new AgentId(UUID.randomUUID()), "1").join();
            pair.rest();
            count(alpha).run();
            PeerTrust beta = peer(alpha, pair.beta());
            assertThat(beta.interactions()).isZero();
            assertThat(beta.lastInteractionAt()).isPresent();
            assertThat(beta.bayesianDiscount()).isEqualTo(0.5);
        }
    }

    private static DealingCount count(TestRegistry registry, Database database) {
        return count(TestRegistry.NAME, database, registry.ledger);
    }

    private static DealingCount count(TestNode node) {
        return count(node.id, node.database, node.ledger);
    }

    private static DealingCount count(hanse.node.call.RegistryId self, Database database, Ledger ledger) {
        return new DealingCount(
                database, ledger, new LocalTrust(self), new PeerTrusts(), List.of(new PaymentDealingStore(self)));
    }

    private static PeerTrust peer(TestNode at, TestNode of) {
        return at.database.read(tx -> new PeerTrusts().of(tx, of.id));
    }

    private static List<TrustRow> rows(TestRegistry registry, AgentId rated) {
        return new TrustRows(registry.database, registry.parties, new LocalTrust(TestRegistry.NAME))
                .list(OPERATOR, new Did(TestRegistry.NAME, rated), false, "", 0)
                .rows();
    }

    private static List<TrustRow> rows(TestNode node, Did rated) {
        return new TrustRows(
                        node.database,
                        new hanse.node.call.Parties(node.id, handle -> java.util.Optional.empty()),
                        new LocalTrust(node.id))
                .list(OPERATOR, rated, false, "", 0)
                .rows();
    }

    private static TrustRow row(TestRegistry registry, AgentId from, AgentId to, long dealings) {
        return new TrustRow(new TrustRow.Pair(registry.parties.did(from), registry.parties.did(to)), 0, 0, dealings);
    }

    private static Payments payments(TestRegistry registry) {
        return new Payments(
                registry.database,
                registry.commit,
                registry.transfers,
                registry.parties,
                new TokenSecret(new byte[32]),
                new TestClock());
    }

    private static AuthorizeResponse authorize(Payments payments, AgentId payer, AgentId payee) {
        return payments.authorize(call(payer), new Did(TestRegistry.NAME, payee), Avt.parse("1"), 0, "")
                .join();
    }

    private static void settle(Payments payments, AgentId payer, AgentId payee) {
        String token = authorize(payments, payer, payee).getPaymentToken();
        assertThat(payments.verify(call(payee), token).join().getValid()).isTrue();
        assertThat(payments.end(call(payer), EndCommand.How.SETTLE, token, "")
                        .join()
                        .getState())
                .isEqualTo(Payment.State.SETTLED);
    }

    private static hanse.node.call.Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "");
    }
}
