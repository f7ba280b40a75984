package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.event.v1.Event;
import hanse.node.call.AgentId;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.Parties;
import hanse.node.event.WatchedNode;
import hanse.node.event.WatchedNode.Watch;
import hanse.node.federation.Pair;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.node.testing.TestClock;
import hanse.node.testing.TestRegistry;
import hanse.payment.v1.AuthorizeResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Both parties to a payment hear what becomes of it, and nobody else does.
@Timeout(60)
class PaymentEventsTest {
    private static final String[] TYPES = {
        "PaymentAuthorized",
        "PaymentConsumed",
        "PaymentReleased",
        "PaymentExpired",
        "TokensTransferred",
        "CrossRegistryTransferExported"
    };

    @Test
    void ofAPaymentWithinTheRegistry() {
        TestClock clock = new TestClock();
        try (TestRegistry registry = TestRegistry.fresh(clock);
                WatchedNode node = new WatchedNode(registry.database, registry.ledger, registry.parties)) {
            Payments payments = new Payments(
                    registry.database,
                    registry.commit,
                    registry.transfers,
                    registry.parties,
                    new TokenSecret(new byte[32]),
                    clock);
            AgentId alice = registry.agent("100");
            AgentId bob = registry.agent("0");
            AgentId carol = registry.agent("100");
            List<Watch> asItHappens = List.of(watch(node, alice, ""), watch(node, bob, ""), watch(node, carol, ""));

            AuthorizeResponse paid = authorize(payments, alice, registry.parties.did(bob));
            payments.verify(call(bob), paid.getPaymentToken()).join();
            payments.end(call(alice), EndCommand.How.SETTLE, paid.getPaymentToken(), "")
                    .join();
            AuthorizeResponse released = authorize(payments, alice, registry.parties.did(bob));
            payments.end(call(alice), EndCommand.How.RELEASE, released.getPaymentToken(), "")
                    .join();
            AuthorizeResponse waived = authorize(payments, alice, registry.parties.did(bob));
            payments.verify(call(bob), waived.getPaymentToken()).join();
            payments.end(call(bob), EndCommand.How.WAIVE, "", waived.getPaymentId())
                    .join();
            authorize(payments, alice, registry.parties.did(bob));
            clock.advance(Duration.ofMinutes(16));
            assertThat(payments.sweepExpired()).isEqualTo(1);
            // The last that each of them hears, whatever the lanes.
            registry.pay(carol, alice, "1");
            registry.pay(carol, bob, "1");

            List<Watch> fromTheBeginning =
                    List.of(watch(node, alice, "start"), watch(node, bob, "start"), watch(node, carol, "start"));
            for (List<Watch> watches : List.of(asItHappens, fromTheBeginning)) {
                for (Watch party : watches.subList(0, 2)) {
                    party.awaitEvents(11);
                    assertThat(party.events())
                            .extracting(Event::getType)
                            .containsExactlyInAnyOrder(
                                    "PaymentAuthorized",
                                    "PaymentAuthorized",
                                    "PaymentAuthorized",
                                    "PaymentAuthorized",
                                    "PaymentConsumed",
                                    "PaymentConsumed",
                                    "PaymentReleased",
                                    "PaymentReleased",
                                    "PaymentExpired",
                                    "TokensTransferred",
                                    "TokensTransferred");
                }
                watches.get(2).awaitEvents(2);
                assertThat(watches.get(2).events())
                        .extracting(Event::getType)
                        .containsExactly("TokensTransferred", "TokensTransferred");
            }
            Event consumed = find(asItHappens.getFirst(), "PaymentConsumed", paid.getPaymentId());
            assertThat(consumed.getDebit())
                    .isEqualTo(registry.parties.did(alice).toString());
            assertThat(consumed.getCredit()).isEqualTo(registry.parties.did(bob).toString());
            assertThat(consumed.getAmount()).isEmpty();
            assertThat(consumed.getVersion()).isZero();
            Event authorized = find(asItHappens.get(1), "PaymentAuthorized", paid.getPaymentId());
            assertThat(authorized.getVersion()).isZero();
            assertThat(registry.verify().fault()).isEmpty();
        }
    }

    @Test
    void ofAPaymentToAPeer(@TempDir Path directory) {
        try (Pair pair = new Pair(directory)) {
            TestNode alpha = pair.alpha();
            TestNode beta = pair.beta();
            AgentId alice = alpha.agent("100");
            AgentId weather = beta.agent("0");
            Parties parties = new Parties(alpha.id, handle -> Optional.empty());
            try (WatchedNode node = new WatchedNode(alpha.database, alpha.ledger, parties);
                    Watch watch = watch(node, alice, "")) {
                AuthorizeResponse token = authorize(alpha.payments, alice, new Did(beta.id, weather));
                beta.payments
                        .verify(call(weather), alpha.id.value(), token.getPaymentToken())
                        .join();
                String transfer = alpha.payments
                        .end(call(alice), EndCommand.How.SETTLE, token.getPaymentToken(), "")
                        .join()
                        .getTransferId();
                watch.awaitEvents(3);
                assertThat(find(watch, "PaymentConsumed", token.getPaymentId()).getCredit())
                        .isEmpty();
                assertThat(find(watch, "CrossRegistryTransferExported", transfer)
                                .getAmount())
                        .isEqualTo("3");
            }
            Pair.requireWhole(alpha, beta);
        }
    }

    private static Watch watch(WatchedNode node, AgentId agent, String position) {
        return node.watch(new Caller.Agent(agent, 1, false, "t"), position, true, TYPES);
    }

    private static AuthorizeResponse authorize(Payments payments, AgentId payer, Did payee) {
        return payments.authorize(call(payer), payee, Avt.parse("3"), 0, "").join();
    }

    private static Event find(Watch watch, String type, String subject) {
        return watch.events().stream()
                .filter(event ->
                        event.getType().equals(type) && event.getSubject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private static Call call(AgentId agent) {
        return TestRegistry.call(agent, UUID.randomUUID().toString(), "");
    }
}
