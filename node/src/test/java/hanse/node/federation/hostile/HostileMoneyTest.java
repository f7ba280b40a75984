package hanse.node.federation.hostile;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import hanse.certs.SigningKey;
import hanse.federation.v1.ClaimPayment;
import hanse.federation.v1.ConsumePayment;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.DisputedSubject;
import hanse.federation.v1.Message;
import hanse.federation.v1.RelayContractRequest;
import hanse.federation.v1.SlashApplied;
import hanse.federation.v1.SlashConfirmation;
import hanse.federation.v1.SlashRequest;
import hanse.federation.v1.WaivePayment;
import hanse.node.call.AgentId;
import hanse.node.call.Caller;
import hanse.node.call.Did;
import hanse.node.call.WireTime;
import hanse.node.federation.TestNode;
import hanse.node.ledger.Avt;
import hanse.node.payment.PaymentGrpc;
import hanse.node.testing.Asked;
import hanse.payment.v1.AuthorizeRequest;
import hanse.payment.v1.AuthorizeResponse;
import hanse.payment.v1.Payment;
import hanse.payment.v1.SettleRequest;
import hanse.payment.v1.VerifyRequest;
import hanse.payment.v1.VerifyResponse;
import hanse.peer.MessageIds;
import hanse.wire.SignedText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Orderly messages that ask for money, or for power over somebody's dealing, that is not mallory's.
class HostileMoneyTest extends Siege {
    private static final long FIVE = 5_000_000;

    @Test
    void aTransferNamesAPayerOfItsSenderAndAPayeeOfItsReceiver() {
        AgentId bob = beta.agent("100");
        AgentId alice = alpha.agent("100");
        for (String payer : List.of(
                new Did(beta.id, bob).toString(),
                new Did(alpha.id, alice).toString(),
                "",
                "did:theprotocol:mallory.example:not-an-id",
                new Did(mallory.id, bob) + "\n",
                "did:theprotocol:" + "m".repeat(40_000) + ":" + bob)) {
            isRefused(edited(bob, credit -> credit.setPayer(payer)), "MESSAGE_REFUSED");
        }
        for (String payee :
                List.of(new Did(alpha.id, alice).toString(), new Did(mallory.id, bob).toString(), "", "beta.example")) {
            isRefused(edited(bob, credit -> credit.setPayee(payee)), "MESSAGE_REFUSED");
        }
        isRefused(edited(new AgentId(UUID.randomUUID()), credit -> {}), "UNKNOWN_AGENT");
    }

    @Test
    void noAmountThatIsNoneIsCredited() {
        AgentId bob = beta.agent("0");
        for (long micros : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Avt.MAX.micros() + 1}) {
            isRefused(edited(bob, credit -> credit.setAmountMicros(micros)), "BAD_AMOUNT");
        }
        isRefused(edited(bob, credit -> credit.setAmountMicros(1)), "AMOUNT_TOO_SMALL");
        isRefused(edited(bob, credit -> credit.setAmountMicros(Avt.MAX.micros())), "EXPOSURE_EXCEEDED");
    }

    @Test
    void aTransferIsOfADayThatHasBegun() {
        AgentId bob = beta.agent("0");
        long today = Duration.ofSeconds(beta.now().getEpochSecond()).toDays();
        for (long day : new long[] {-1, today + 2, Integer.MAX_VALUE + 1L, Long.MIN_VALUE, Long.MAX_VALUE}) {
            isRefused(edited(bob, credit -> credit.setBucketDay(day)), "MESSAGE_REFUSED");
        }
    }

    @Test
    void textsThatAreTooLongOrThatNoDatabaseHoldsAreRefused() {
        AgentId bob = beta.agent("0");
        isRefused(edited(bob, credit -> credit.setMemo("x".repeat(257))), "MESSAGE_REFUSED");
        isRefused(edited(bob, credit -> credit.setMemo("a\0b")), "MESSAGE_UNREADABLE");
        isRefused(edited(bob, credit -> credit.setPayer(mallory.agent() + "\0")), "MESSAGE_UNREADABLE");
    }

    @Test
    void noMoreThanItsExposureIsHeldHoweverMuchItSendsAtOnce() {
        HostilePeer rich = new HostilePeer("rich.example", directory.resolve("rich"));
        beta.trust(rich.card(1));
        beta.limit(rich.id, "100");
        AgentId payee = beta.agent("0");
        try (Line.Stream stream = rich.call(beta).exchange()) {
            assertThat(reason(stream.ask(rich.signed(rich.credit(beta, payee, 100_000_001)))))
                    .isEqualTo("EXPOSURE_EXCEEDED");
            for (int i = 0; i < 200; i++) {
                stream.send(rich.signed(rich.credit(beta, payee, 3_000_000)));
            }
            eventually("all are answered", () -> stream.answers.size() == 201);
            assertThat(stream.answers.stream().map(Siege::reason).filter(String::isEmpty))
                    .hasSize(33);
            assertThat(stream.answers.stream().map(Siege::reason).filter("EXPOSURE_EXCEEDED"::equals))
                    .hasSize(168);
        }
        assertThat(beta.balance(payee)).isEqualTo("98.505");
        assertSeen("rich.example", "EXPOSURE_EXCEEDED");
    }

    @Test
    void paymentsOfOthersAreNeitherConsumedNorClaimedNorWaivedNorPaid() {
        AgentId bob = beta.agent("100");
        AgentId seller = alpha.agent("0");
        AgentId here = beta.agent("0");
        AuthorizeResponse abroad = authorize(beta, bob, new Did(alpha.id, seller));
        AuthorizeResponse atHome = authorize(beta, bob, new Did(beta.id, here));
        for (AuthorizeResponse token : List.of(abroad, atHome)) {
            ByteString payment = MessageIds.bytes(UUID.fromString(token.getPaymentId()));
            ByteString hash = ByteString.copyFrom(
                    SignedText.sha256(token.getPaymentToken().getBytes(StandardCharsets.UTF_8)));
            for (String payee : List.of(
                    mallory.agent().toString(),
                    new Did(mallory.id, seller).toString(),
                    new Did(mallory.id, here).toString())) {
                isNotDone(m -> m.setConsumePayment(ConsumePayment.newBuilder()
                        .setTokenHash(hash)
                        .setPayee(payee)
                        .setHeadroomMicros(FIVE)));
                isNotDone(m -> m.setClaimPayment(
                        ClaimPayment.newBuilder().setPaymentId(payment).setPayee(payee)));
                isNotDone(m -> m.setWaivePayment(
                        WaivePayment.newBuilder().setPaymentId(payment).setPayee(payee)));
            }
            isRefused(
                    mallory.message(beta)
                            .setClaimPayment(ClaimPayment.newBuilder()
                                    .setPaymentId(payment)
                                    .setPayee(new Did(alpha.id, seller).toString()))
                            .build(),
                    "MESSAGE_REFUSED");
        }
        assertThat(beta.held(bob)).isEqualTo("10");
    }

    @Test
    void whatMalloryPaysForAnotherPeerIsItsOwnMoneyAndThatPeerStillOwesIt() {
        AgentId alice = alpha.agent("100");
        AgentId seller = beta.agent("0");
        AuthorizeResponse token = authorize(alpha, alice, new Did(beta.id, seller));
        VerifyRequest presented = VerifyRequest.newBuilder()
                .setPaymentToken(token.getPaymentToken())
                .setIssuer(alpha.id.value())
                .build();
        assertThat(Asked.<VerifyResponse>ask(
                                caller(seller), observer -> paying(beta).verify(presented, observer))
                        .value()
                        .getValid())
                .isTrue();
        Message paying = edited(
                seller,
                credit -> credit.setPaymentId(MessageIds.bytes(UUID.fromString(token.getPaymentId())))
                        .setAttempt(1));
        assertThat(reason(mallory.call(beta).ask(mallory.signed(paying)))).isEmpty();
        assertThat(beta.balance(seller)).isEqualTo("4.975");
        assertThat(beta.position(alpha).reserved()).isEqualTo(Avt.parse("5"));
        SettleRequest settled =
                SettleRequest.newBuilder().setPaymentId(token.getPaymentId()).build();
        assertThat(Asked.<Payment>ask(caller(alice), observer -> paying(alpha).settle(settled, observer))
                        .refusal())
                .isEmpty();
        eventually("alpha has paid", () -> beta.balance(seller).equals("9.95"));
    }

    @Test
    void noSlashIsConfirmedThatWasNeverAskedFor() {
        DisputedSubject.Builder subject =
                DisputedSubject.newBuilder().setKind(1).setId(MessageIds.bytes(UUID.randomUUID()));
        for (long burned : new long[] {0, 1, FIVE, -FIVE, Long.MAX_VALUE}) {
            isRefused(
                    mallory.message(beta)
                            .setSlashConfirmation(SlashConfirmation.newBuilder()
                                    .setDisputeId(MessageIds.bytes(UUID.randomUUID()))
                                    .setSubject(subject)
                                    .setApplied(SlashApplied.newBuilder().setBurnedMicros(burned)))
                            .build(),
                    "UNKNOWN_SLASH");
        }
    }

    @Test
    void nobodyIsSlashedForADealingThatMalloryHadNoPartIn() {
        AgentId alice = alpha.agent("100");
        AgentId bob = beta.agent("100");
        UUID transfer = UUID.fromString(alpha.send(alice, beta, bob, "5").join().getTransferId());
        for (UUID subject : List.of(transfer, UUID.randomUUID())) {
            Message asked = mallory.message(beta)
                    .setSlashRequest(SlashRequest.newBuilder()
                            .setDisputeId(MessageIds.bytes(UUID.randomUUID()))
                            .setSubject(DisputedSubject.newBuilder().setKind(1).setId(MessageIds.bytes(subject)))
                            .setComplainant(mallory.agent().toString())
                            .setDefendant(new Did(beta.id, bob).toString())
                            .setAmountMicros(FIVE)
                            .setFiledAt(WireTime.of(Instant.now())))
                    .build();
            movesNoMoney(() -> assertThat(reason(mallory.call(beta).ask(mallory.signed(asked))))
                    .isEqualTo("DEALING_NOT_PROVEN"));
        }
        assertSeen("mallory.example", "DEALING_NOT_PROVEN");
        assertThat(beta.held(bob)).isEqualTo("0");
    }

    @Test
    void aContractIsNotChangedThroughARegistryThatIsNotItsProvidersHome() {
        AgentId provider = new AgentId(UUID.randomUUID());
        for (Did named : List.of(new Did(mallory.id, provider), new Did(alpha.id, provider))) {
            String path = "/api/v1/contracts/" + UUID.randomUUID() + "/accept";
            String timestamp = String.valueOf(Instant.now().getEpochSecond());
            byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
            isNotDone(m -> m.setRelayContractRequest(RelayContractRequest.newBuilder()
                    .setProvider(named.toString())
                    .setKey(ByteString.copyFrom(SigningKey.generate().publicKey()))
                    .setKeyVersion(1)
                    .setReceivedAt(WireTime.of(Instant.now()))
                    .setMethod("POST")
                    .setPath(path)
                    .setTimestamp(timestamp)
                    .setBody(ByteString.copyFrom(body))
                    .setSignature(ByteString.copyFrom(new byte[64]))));
        }
    }

    /// Every kind of message, empty and full of what makes no sense.
    @Test
    void everyKindOfNonsenseIsRefusedForAStatedReason() {
        AgentId bob = beta.agent("100");
        List<String> texts = List.of(
                "",
                "x",
                "' or 1=1 --",
                new Did(mallory.id, bob).toString(),
                new Did(beta.id, bob).toString(),
                "\u202e\ud83d\udc1f".repeat(300));
        List<Message> all = texts.stream()
                .flatMap(text -> Stream.of(-1L, 0L, 1L, Long.MAX_VALUE)
                        .flatMap(number -> Nonsense.every(mallory.message(beta).build(), text, number).stream()))
                .toList();
        long failed = count("mallory.example", "UNAVAILABLE");
        movesNothing(() -> {
            try (Line.Stream stream = mallory.call(beta).exchange()) {
                all.forEach(message -> stream.send(mallory.signed(message)));
                eventually("all are answered", () -> stream.answers.size() == all.size());
                assertThat(stream.answers)
                        .allSatisfy(answer ->
                                assertThat(reason(answer)).isNotEmpty().isNotIn("UNAVAILABLE", "INTERNAL"));
            }
        });
        assertThat(count("mallory.example", "UNAVAILABLE")).isEqualTo(failed);
    }

    private void isNotDone(Consumer<Message.Builder> body) {
        Message.Builder message = mallory.message(beta);
        body.accept(message);
        movesNothing(() -> assertThat(reason(mallory.call(beta).ask(mallory.signed(message.build()))))
                .isNotEmpty());
    }

    private void isRefused(Message message, String reason) {
        movesNothing(() -> assertThat(reason(mallory.call(beta).ask(mallory.signed(message))))
                .isEqualTo(reason));
        assertSeen("mallory.example", reason);
    }

    private Message edited(AgentId payee, Consumer<CreditTransfer.Builder> edit) {
        Message message = mallory.credit(beta, payee, FIVE);
        CreditTransfer.Builder credit = message.getCreditTransfer().toBuilder();
        edit.accept(credit);
        return message.toBuilder().setCreditTransfer(credit).build();
    }

    private static AuthorizeResponse authorize(TestNode at, AgentId payer, Did payee) {
        AuthorizeRequest asked = AuthorizeRequest.newBuilder()
                .setPayee(payee.toString())
                .setAmount("5")
                .build();
        return Asked.<AuthorizeResponse>ask(
                        caller(payer), observer -> paying(at).authorize(asked, observer))
                .value();
    }

    private static PaymentGrpc paying(TestNode node) {
        return new PaymentGrpc(node.payments, node.parties());
    }

    private static Caller caller(AgentId agent) {
        return new Caller.Agent(agent, 1, false, "t");
    }
}
