package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import hanse.certs.CertificateAuthority;
import hanse.certs.LeafOrder;
import hanse.certs.RotatingIdentity;
import hanse.certs.SigningKey;
import hanse.federation.v1.Answer;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.FederationServiceGrpc;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.Refused;
import hanse.federation.v1.SignedMessage;
import hanse.federation.v1.SignedOutcome;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FederationLinkTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private TestRegistry alpha;
    private TestRegistry beta;

    private void peered(PumpSettings settings) throws Exception {
        alpha = registry("alpha.example").serve().link(settings);
        beta = registry("beta.example").serve().link(settings);
        alpha.trust.put(beta.asPeer());
        beta.trust.put(alpha.asPeer());
    }

    private TestRegistry registry(String id) {
        TestRegistry registry = new TestRegistry(id, directory);
        open.add(registry);
        return registry;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void tenThousandMessagesAreAnsweredOnceEachWhateverTheOrder() throws Exception {
        peered(TestRegistry.QUICK);
        beta.manner = (message, answer) -> TestRegistry.later(answer);
        Map<UUID, Boolean> inFlight = new ConcurrentHashMap<>();
        AtomicInteger doubled = new AtomicInteger();
        var manner = beta.manner;
        beta.manner = (message, answer) -> {
            if (inFlight.put(message.id(), true) != null) {
                doubled.incrementAndGet();
            }
            return manner.apply(message, answer);
        };
        for (int i = 0; i < 10_000; i++) {
            alpha.transferTo("beta.example");
        }
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 10_000);
        assertThat(alpha.outbox).isEmpty();
        assertThat(doubled).hasValue(0);
        await().until(() -> alpha.metrics.snapshot("beta.example").inFlight() == 0);
        PeerMetrics.Snapshot seen = alpha.metrics.snapshot("beta.example");
        assertThat(seen.sent()).isEqualTo(10_000);
        assertThat(seen.answered()).isEqualTo(10_000);
        assertThat(seen.repeated()).isZero();
        assertThat(seen.refusedAnswers()).isZero();
        assertThat(seen.lastFault()).isEmpty();
        assertThat(seen.lastHeard()).isPresent();
        assertThat(beta.metrics.snapshot("alpha.example").received()).isEqualTo(10_000);
        ReceivedMessage one = beta.received.values().iterator().next();
        assertThat(one.peer()).isEqualTo("alpha.example");
        assertThat(one.message().getTraceparent()).startsWith("00-0af7");
        assertThat(one.digest()).isEqualTo(SignedBytes.sha256(one.message().toByteString()));
    }

    @Test
    void anOfferedMessageIsSentWithoutALookIntoTheOutbox() throws Exception {
        peered(new PumpSettings(
                64,
                Duration.ofSeconds(5),
                Duration.ofMillis(20),
                Duration.ofMillis(500),
                Duration.ofHours(1),
                Duration.ofHours(1)));
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.metrics.snapshot("beta.example").connected());
        for (int i = 0; i < 500; i++) {
            UUID id = alpha.transferTo("beta.example");
            alpha.outbox.values().stream()
                    .filter(message -> message.id().equals(id))
                    .forEach(message -> alpha.links.offer("beta.example", message));
        }
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 500);
    }

    @Test
    void aStoppedPumpSendsNothingAndAStartedOneGoesOn() throws Exception {
        peered(TestRegistry.QUICK);
        alpha.links.start("beta.example");
        alpha.transferTo("beta.example");
        alpha.links.wake("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1);
        alpha.links.stop("beta.example");
        assertThat(alpha.links.isStarted("beta.example")).isFalse();
        alpha.transferTo("beta.example");
        alpha.links.wake("beta.example");
        assertThat(alpha.metrics.snapshot("beta.example").sent()).isEqualTo(1);
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 2);
    }

    @Test
    void anUndecidedMessageIsAskedAgainUntilItIsDecided() throws Exception {
        peered(TestRegistry.QUICK);
        AtomicInteger asked = new AtomicInteger();
        beta.manner = (message, answer) -> {
            int time = asked.incrementAndGet();
            if (time == 1) {
                throw new IllegalStateException("a secret detail");
            }
            if (time == 2) {
                return CompletableFuture.failedFuture(new IllegalStateException("a secret detail"));
            }
            return CompletableFuture.completedFuture(
                    time == 3 ? Answers.undecided(message.id(), "REQUEST_ID_REUSED") : answer);
        };
        alpha.transferTo("beta.example");
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1);
        assertThat(alpha.undecided).containsExactly("UNAVAILABLE", "UNAVAILABLE", "REQUEST_ID_REUSED");
    }

    @Test
    void aMessageWhoseAnswerNeverComesIsSentAgain() throws Exception {
        peered(new PumpSettings(
                16,
                Duration.ofMillis(200),
                Duration.ofMillis(20),
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofHours(1)));
        AtomicInteger asked = new AtomicInteger();
        beta.manner = (message, answer) ->
                asked.incrementAndGet() == 1 ? new CompletableFuture<>() : CompletableFuture.completedFuture(answer);
        alpha.transferTo("beta.example");
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1);
        assertThat(alpha.metrics.snapshot("beta.example").repeated()).isEqualTo(1);
    }

    @Test
    void anOutcomeThatCouldNotBeStoredIsAskedForAgain() throws Exception {
        alpha = registry("alpha.example").serve();
        beta = registry("beta.example").serve();
        AtomicInteger tries = new AtomicInteger();
        Outbox failing = new Outbox() {
            @Override
            public List<OutgoingMessage> due(String peer, int limit) {
                if (tries.incrementAndGet() == 1) {
                    throw new IllegalStateException("the database is away");
                }
                return alpha.due(peer, limit);
            }

            @Override
            public void undecided(String peer, UUID id, String reason, java.time.Instant retryAt) {
                alpha.undecided(peer, id, reason, retryAt);
            }

            @Override
            public java.util.concurrent.CompletionStage<Void> decided(String peer, VerifiedOutcome outcome) {
                return switch (tries.incrementAndGet()) {
                    case 3 -> throw new IllegalStateException("the database is away");
                    case 4, 5 -> CompletableFuture.failedFuture(new IllegalStateException("the database is away"));
                    default -> alpha.decided(peer, outcome);
                };
            }
        };
        alpha.links = new PeerLinks(
                alpha.id, alpha.identity, alpha.trust, failing, alpha.metrics, TestRegistry.QUICK, alpha.clock);
        alpha.trust.put(beta.asPeer());
        beta.trust.put(alpha.asPeer());
        alpha.transferTo("beta.example");
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1);
    }

    @Test
    void aPeerWhoseCaSignsAnotherRegistrysNameIsRefused() throws Exception {
        alpha = registry("alpha.example").serve().link(TestRegistry.QUICK);
        beta = registry("beta.example").serve();
        TestRegistry mallory = registry("mallory.example");
        alpha.trust.put(mallory.asPeer());
        alpha.trust.put(beta.asPeer());
        beta.trust.put(alpha.asPeer());
        // mallory is a trusted peer of alpha's, and issues itself a certificate in beta's name.
        RotatingIdentity stolen = RotatingIdentity.open(
                mallory.authority,
                LeafOrder.node("beta.example", List.of("localhost")),
                directory.resolve("stolen"),
                "node",
                mallory.clock);
        assertThatThrownBy(() -> greetAs(stolen)).isInstanceOf(StatusRuntimeException.class);
        assertThat(alpha.metrics.snapshot("beta.example").handshakeFailures()).isEqualTo(1);
        assertThatThrownBy(() -> greetAs(mallory.identity, "bridge")).isInstanceOf(StatusRuntimeException.class);
        assertThat(greetAs(mallory.identity)).isEqualTo("alpha.example");

        // And the other way: mallory answers where alpha expects beta.
        alpha.trust.put(new TrustedPeer(
                "beta.example",
                "localhost:" + mallory.serve().server.port(),
                beta.authority.bundle(),
                List.of(beta.key.verifyKey())));
        assertThatThrownBy(() -> alpha.links
                        .greet("beta.example", Duration.ofSeconds(10))
                        .get())
                .isInstanceOf(ExecutionException.class);
        assertThat(alpha.metrics.snapshot("beta.example").handshakeFailures()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aCertificateOfAnUnknownRegistryIsRefused() throws Exception {
        alpha = registry("alpha.example").serve();
        assertThatThrownBy(() -> greetAs(registry("stranger.example").identity))
                .isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void peersGreetEachOtherAndResolveEachOthersAgents() throws Exception {
        peered(TestRegistry.QUICK);
        assertThat(alpha.links
                        .greet("beta.example", Duration.ofSeconds(10))
                        .get()
                        .getWelcomes())
                .isTrue();
        assertThat(alpha.links
                        .resolve("beta.example", "did:web:beta.example:agents:x", Duration.ofSeconds(10))
                        .get()
                        .getDidDocument())
                .contains("did:web:beta.example:agents:x");
        assertThatThrownBy(() -> alpha.links
                        .resolve("beta.example", "nobody", Duration.ofSeconds(10))
                        .get())
                .cause()
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.NOT_FOUND));
        assertThatThrownBy(() -> alpha.links
                        .resolve("beta.example", "broken", Duration.ofSeconds(10))
                        .get())
                .cause()
                .hasMessageNotContaining("secret")
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThatThrownBy(() -> alpha.links
                        .greet("gamma.example", Duration.ofSeconds(10))
                        .get())
                .isInstanceOf(ExecutionException.class);
    }

    @Test
    void aSingleCallUnderWhichTheConnectionIsClosedIsMadeAgain() throws Exception {
        peered(TestRegistry.QUICK);
        String agent = "did:web:beta.example:agents:slow";
        var answer = alpha.links.resolve("beta.example", agent, Duration.ofSeconds(20));
        await().atMost(SOON).until(() -> beta.slow.contains(agent));
        CertificateAuthority next =
                CertificateAuthority.openOrCreate(directory.resolve("next"), "beta.example", beta.clock);
        beta.identity.follow(next);
        alpha.trust.put(new TrustedPeer(
                "beta.example", beta.asPeer().endpoint(), next.bundle(), List.of(beta.key.verifyKey())));
        assertThat(answer.get().getDidDocument()).contains(agent);
    }

    @Test
    void aRemovedPeersOpenConnectionsCloseWithinASecondInBothDirections() throws Exception {
        peered(TestRegistry.QUICK);
        alpha.links.start("beta.example");
        beta.links.start("alpha.example");
        await().atMost(SOON)
                .until(() -> alpha.metrics.snapshot("beta.example").connected()
                        && beta.metrics.snapshot("alpha.example").connected());
        alpha.trust.remove("beta.example");
        await().atMost(Duration.ofSeconds(1))
                .until(() -> !alpha.metrics.snapshot("beta.example").connected()
                        && !beta.metrics.snapshot("alpha.example").connected());
        alpha.transferTo("beta.example");
        beta.transferTo("alpha.example");
        alpha.links.wake("beta.example");
        beta.links.wake("alpha.example");
        assertThatThrownBy(() ->
                        beta.links.greet("alpha.example", Duration.ofSeconds(5)).get())
                .isInstanceOf(ExecutionException.class);
        assertThat(alpha.outcomes).isEmpty();
        assertThat(beta.outcomes).isEmpty();
        // The same identity returns: what was left goes on, under the same ids.
        alpha.trust.put(beta.asPeer());
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1 && beta.outcomes.size() == 1);
    }

    @Test
    void connectionsCloseWhenTheCaTheyCameByIsTrustedNoMore() throws Exception {
        peered(TestRegistry.QUICK);
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.metrics.snapshot("beta.example").connected());
        CertificateAuthority other =
                CertificateAuthority.openOrCreate(directory.resolve("other"), "alpha.example", alpha.clock);
        beta.trust.put(new TrustedPeer(
                "alpha.example", alpha.asPeer().endpoint(), other.bundle(), List.of(alpha.key.verifyKey())));
        await().atMost(Duration.ofSeconds(1))
                .until(() -> !alpha.metrics.snapshot("beta.example").connected());
        alpha.transferTo("beta.example");
        beta.trust.put(alpha.asPeer());
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1);
    }

    @Test
    void certificatesAreRenewedUnderLoadWithoutAFailedMessage() throws Exception {
        peered(TestRegistry.QUICK);
        beta.manner = (message, answer) -> TestRegistry.later(answer);
        alpha.links.start("beta.example");
        AtomicBoolean more = new AtomicBoolean(true);
        AtomicInteger made = new AtomicInteger();
        Thread load = Thread.ofVirtual().start(() -> {
            while (more.get()) {
                if (made.get() - alpha.outcomes.size() < 500) {
                    alpha.transferTo("beta.example");
                    made.incrementAndGet();
                    alpha.links.wake("beta.example");
                } else {
                    Thread.yield();
                }
            }
        });
        for (int i = 0; i < 4; i++) {
            int before = alpha.outcomes.size();
            await().atMost(SOON).until(() -> alpha.outcomes.size() > before + 500);
            alpha.identity.renew();
            beta.identity.renew();
        }
        int before = alpha.outcomes.size();
        await().atMost(SOON).until(() -> alpha.outcomes.size() > before + 500);
        more.set(false);
        load.join();
        await().atMost(SOON).until(() -> alpha.outcomes.size() == made.get());
        PeerMetrics.Snapshot seen = alpha.metrics.snapshot("beta.example");
        assertThat(seen.undecided()).isZero();
        assertThat(seen.repeated()).isZero();
        assertThat(seen.reconnects()).isZero();
        assertThat(seen.handshakeFailures()).isZero();
        assertThat(seen.sent()).isEqualTo(made.get());
    }

    @Test
    void aServerThatIsKilledAndComesBackLosesNoMessage() throws Exception {
        peered(TestRegistry.QUICK);
        int port = beta.server.port();
        beta.manner = (message, answer) -> TestRegistry.later(answer);
        for (int i = 0; i < 20_000; i++) {
            alpha.transferTo("beta.example");
        }
        alpha.links.start("beta.example");
        for (int i = 1; i <= 3; i++) {
            int reached = i * 3_000;
            await().atMost(SOON).until(() -> alpha.outcomes.size() >= reached);
            beta.server.close(Duration.ZERO);
            beta.serve(port);
        }
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 20_000);
        assertThat(alpha.outbox).isEmpty();
        PeerMetrics.Snapshot seen = alpha.metrics.snapshot("beta.example");
        assertThat(seen.repeated()).isPositive();
        assertThat(seen.reconnects()).isGreaterThanOrEqualTo(3);
        assertThat(seen.refusedAnswers()).isZero();
        // Each has the one decision that was made, also when it was asked for twice.
        alpha.outcomes.forEach((id, outcome) -> assertThat(outcome.signed()).isEqualTo(beta.decisions.get(id)));
    }

    @Test
    void aDrainedServerAnswersWhatItHasFirst() throws Exception {
        peered(TestRegistry.QUICK);
        CompletableFuture<Void> decide = new CompletableFuture<>();
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        beta.manner = (message, answer) -> {
            arrived.complete(null);
            return decide.thenApply(nothing -> answer);
        };
        alpha.transferTo("beta.example");
        alpha.links.start("beta.example");
        arrived.get();
        Thread closing = Thread.ofVirtual().start(() -> beta.server.close(Duration.ofSeconds(20)));
        decide.complete(null);
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 1);
        assertThat(alpha.metrics.snapshot("beta.example").repeated()).isZero();
        closing.join();
    }

    @Test
    void aBadMessageIsRefusedAloneAndTheOthersAreAnswered() throws Exception {
        peered(TestRegistry.QUICK);
        SigningKey foreign = SigningKey.generate();
        List<SignedMessage> sent = new ArrayList<>();
        UUID good = UUID.randomUUID();
        UUID forged = UUID.randomUUID();
        UUID wrongFrom = UUID.randomUUID();
        UUID wrongTo = UUID.randomUUID();
        UUID wrongProtocol = UUID.randomUUID();
        UUID noBody = UUID.randomUUID();
        UUID large = UUID.randomUUID();
        UUID last = UUID.randomUUID();
        sent.add(signed(transfer(good).build(), alpha.key));
        sent.add(signed(transfer(forged).build(), foreign));
        sent.add(signed(transfer(wrongFrom).setFrom("gamma.example").build(), alpha.key));
        sent.add(signed(transfer(wrongTo).setTo("gamma.example").build(), alpha.key));
        sent.add(signed(transfer(wrongProtocol).setProtocol(2).build(), alpha.key));
        sent.add(signed(transfer(noBody).clearBody().build(), alpha.key));
        sent.add(signed(
                transfer(UUID.randomUUID())
                        .setId(ByteString.copyFromUtf8("short"))
                        .build(),
                alpha.key));
        sent.add(SignedMessage.newBuilder()
                .setMessage(ByteString.copyFromUtf8("none at all"))
                .build());
        sent.add(signed(transfer(large).setTraceparent("x".repeat(70_000)).build(), alpha.key));
        sent.add(signed(transfer(last).build(), alpha.key));

        Map<UUID, Answer> answers = new ConcurrentHashMap<>();
        List<Answer> nameless = new CopyOnWriteArrayList<>();
        ManagedChannel channel = channelAs(alpha.identity, alpha.trust, beta);
        StreamObserver<SignedMessage> stream = FederationServiceGrpc.newStub(channel)
                .exchange(collecting(answer -> MessageIds.parse(answer.getId())
                        .ifPresentOrElse(id -> answers.put(id, answer), () -> nameless.add(answer))));
        sent.forEach(stream::onNext);
        await().atMost(SOON).until(() -> answers.size() + nameless.size() == sent.size());
        stream.onCompleted();

        assertThat(answers.get(good).hasOutcome()).isTrue();
        assertThat(answers.get(last).hasOutcome()).isTrue();
        for (UUID refused : List.of(forged, wrongFrom, wrongTo)) {
            assertThat(answers.get(refused).getUndecided().getReason()).isEqualTo("MESSAGE_REFUSED");
        }
        for (UUID unreadable : List.of(wrongProtocol, noBody)) {
            assertThat(answers.get(unreadable).getUndecided().getReason()).isEqualTo("MESSAGE_UNREADABLE");
        }
        assertThat(nameless)
                .hasSize(3)
                .allSatisfy(
                        answer -> assertThat(answer.getUndecided().getReason()).isEqualTo("MESSAGE_UNREADABLE"));
        assertThat(beta.received).containsOnlyKeys(good, last);
        assertThat(beta.metrics.snapshot("alpha.example").refusedMessages()).isEqualTo(8);
    }

    @Test
    void aForgedOutcomeMovesNothingAndTheRealOneStillCounts() throws Exception {
        peered(new PumpSettings(
                64,
                Duration.ofMillis(300),
                Duration.ofMillis(20),
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofHours(1)));
        SigningKey foreign = SigningKey.generate();
        Map<UUID, Integer> asked = new ConcurrentHashMap<>();
        UUID otherId = alpha.transferTo("beta.example");
        beta.manner = (message, answer) -> {
            if (message.id().equals(otherId)) {
                return CompletableFuture.completedFuture(answer);
            }
            Outcome right = beta.accepted(message).build();
            int time = asked.merge(message.id(), 1, Integer::sum);
            SignedOutcome outcome = switch (time) {
                case 1 -> signed(right, foreign);
                case 2 -> signed(right.toBuilder().setFrom("gamma.example").build(), beta.key);
                case 3 -> signed(right.toBuilder().setTo("gamma.example").build(), beta.key);
                case 4 ->
                    signed(
                            right.toBuilder()
                                    .setRequestDigest(ByteString.copyFrom(new byte[32]))
                                    .build(),
                            beta.key);
                case 5 ->
                    signed(right.toBuilder().setId(MessageIds.bytes(otherId)).build(), beta.key);
                case 6 -> signed(right.toBuilder().clearResult().build(), beta.key);
                // A signature of the right key over a message is none over an outcome.
                case 7 ->
                    SignedOutcome.newBuilder()
                            .setOutcome(right.toByteString())
                            .setSignature(
                                    ByteString.copyFrom(beta.key.sign(SignedBytes.MESSAGE.of(right.toByteString()))))
                            .build();
                case 8 -> SignedOutcome.getDefaultInstance();
                // It proves itself, and would be kept for ever.
                case 9 ->
                    signed(
                            right.toBuilder()
                                    .setRefused(Refused.newBuilder().setReason("x".repeat(4096)))
                                    .build(),
                            beta.key);
                case 10 ->
                    signed(right, beta.key).toBuilder()
                            .setUnknownFields(UnknownFieldSet.newBuilder()
                                    .addField(
                                            1000,
                                            UnknownFieldSet.Field.newBuilder()
                                                    .addLengthDelimited(ByteString.copyFrom(new byte[4096]))
                                                    .build())
                                    .build())
                            .build();
                default -> signed(right, beta.key);
            };
            return CompletableFuture.completedFuture(
                    time == 11
                            ? Answers.decided(UUID.randomUUID(), signed(right, beta.key))
                            : Answers.decided(message.id(), outcome));
        };
        UUID attacked = alpha.transferTo("beta.example");
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(otherId));
        assertThat(alpha.outcomes).doesNotContainKey(attacked);
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(attacked));
        assertThat(asked).containsEntry(attacked, 12);
        assertThat(alpha.metrics.snapshot("beta.example").refusedAnswers()).isEqualTo(11);
    }

    @Test
    void aFrameFarTooLargeEndsItsStreamAndNoOther() throws Exception {
        peered(TestRegistry.QUICK);
        ManagedChannel channel = channelAs(alpha.identity, alpha.trust, beta);
        List<Answer> answers = new CopyOnWriteArrayList<>();
        StreamObserver<SignedMessage> healthy =
                FederationServiceGrpc.newStub(channel).exchange(collecting(answers::add));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        StreamObserver<SignedMessage> oversized = FederationServiceGrpc.newStub(channel)
                .exchange(new StreamObserver<>() {
                    @Override
                    public void onNext(Answer answer) {}

                    @Override
                    public void onError(Throwable failure) {
                        ended.complete(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        oversized.onNext(SignedMessage.newBuilder()
                .setMessage(ByteString.copyFrom(new byte[1 << 20]))
                .build());
        assertThat(ended.get()).isInstanceOf(StatusRuntimeException.class);
        healthy.onNext(signed(transfer(UUID.randomUUID()).build(), alpha.key));
        await().atMost(SOON)
                .until(() -> answers.size() == 1 && answers.getFirst().hasOutcome());
        healthy.onCompleted();
    }

    @Test
    void anOversizedMessageOfOursIsNeverSentAndHoldsUpNoOther() throws Exception {
        peered(TestRegistry.QUICK);
        alpha.commit(new OutgoingMessage(
                UUID.randomUUID(),
                SignedMessage.newBuilder()
                        .setMessage(ByteString.copyFrom(new byte[70_000]))
                        .build()));
        UUID good = alpha.transferTo("beta.example");
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(good));
        assertThat(alpha.undecided).contains("MESSAGE_UNREADABLE");
        assertThat(beta.metrics.snapshot("alpha.example").refusedMessages()).isZero();
        assertThatThrownBy(() -> alpha.signer.sign(transfer(UUID.randomUUID())
                        .setTraceparent("x".repeat(70_000))
                        .build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noMoreThanTheWindowIsUnderWayAtOnce() throws Exception {
        peered(new PumpSettings(
                32,
                Duration.ofSeconds(30),
                Duration.ofMillis(20),
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofHours(1)));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        beta.manner = (message, answer) -> gate.thenApply(nothing -> answer);
        for (int i = 0; i < 200; i++) {
            alpha.transferTo("beta.example");
        }
        alpha.links.start("beta.example");
        await().atMost(SOON).until(() -> beta.received.size() == 32);
        await().during(Duration.ofMillis(300)).until(() -> beta.received.size() == 32);
        gate.complete(null);
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 200);
    }

    @Test
    void aPeerHasNoMoreThanItsShareDecidedAtOnceHoweverManyStreamsItOpens() throws Exception {
        peered(TestRegistry.QUICK);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        beta.manner = (message, answer) -> gate.thenApply(nothing -> answer);
        List<Answer> answers = new CopyOnWriteArrayList<>();
        ManagedChannel channel = channelAs(alpha.identity, alpha.trust, beta);
        List<StreamObserver<SignedMessage>> streams = new ArrayList<>();
        for (int stream = 0; stream < 3; stream++) {
            streams.add(FederationServiceGrpc.newStub(channel).exchange(collecting(answers::add)));
        }
        for (int i = 0; i < PeerServer.SHARE + 100; i++) {
            streams.get(i % 3).onNext(signed(transfer(UUID.randomUUID()).build(), alpha.key));
        }
        await().atMost(SOON).until(() -> answers.size() == 100);
        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.getUndecided().getReason()).isEqualTo("OVERLOADED"));
        await().atMost(SOON).until(() -> beta.received.size() == PeerServer.SHARE);
        // Another peer has a share of its own, and what is decided makes room.
        TestRegistry gamma = registry("gamma.example").link(TestRegistry.QUICK);
        gamma.trust.put(beta.asPeer());
        beta.trust.put(gamma.asPeer());
        gamma.transferTo("beta.example");
        gamma.links.start("beta.example");
        await().atMost(SOON).until(() -> beta.received.size() == PeerServer.SHARE + 1);
        gate.complete(null);
        await().atMost(SOON).until(() -> answers.size() == PeerServer.SHARE + 100);
        streams.getFirst().onNext(signed(transfer(UUID.randomUUID()).build(), alpha.key));
        await().atMost(SOON).until(() -> answers.size() == PeerServer.SHARE + 101);
        assertThat(answers.getLast().hasOutcome()).isTrue();
        streams.forEach(StreamObserver::onCompleted);
    }

    @Test
    void aNewSigningKeyIsAcceptedBesideTheOldOneOnlyWhenPinned() throws Exception {
        peered(TestRegistry.QUICK);
        SigningKey next = SigningKey.generate();
        Map<UUID, Answer> answers = new ConcurrentHashMap<>();
        UUID early = UUID.randomUUID();
        UUID late = UUID.randomUUID();
        ManagedChannel channel = channelAs(alpha.identity, alpha.trust, beta);
        StreamObserver<SignedMessage> stream = FederationServiceGrpc.newStub(channel)
                .exchange(collecting(
                        answer -> answers.put(MessageIds.parse(answer.getId()).orElseThrow(), answer)));
        stream.onNext(signed(transfer(early).build(), next));
        await().atMost(SOON).until(() -> answers.containsKey(early));
        beta.trust.put(new TrustedPeer(
                "alpha.example",
                alpha.asPeer().endpoint(),
                alpha.authority.bundle(),
                List.of(alpha.key.verifyKey(), next.verifyKey())));
        stream.onNext(signed(transfer(late).build(), next));
        await().atMost(SOON).until(() -> answers.containsKey(late));
        stream.onCompleted();
        assertThat(answers.get(early).hasUndecided()).isTrue();
        assertThat(answers.get(late).hasOutcome()).isTrue();
    }

    private Message.Builder transfer(UUID id) {
        return alpha.signer
                .message("beta.example", id, "")
                .setCreditTransfer(CreditTransfer.newBuilder().setAmountMicros(1));
    }

    private static SignedMessage signed(Message message, SigningKey key) {
        return SignedMessage.newBuilder()
                .setMessage(message.toByteString())
                .setSignature(ByteString.copyFrom(key.sign(SignedBytes.MESSAGE.of(message.toByteString()))))
                .build();
    }

    private static SignedOutcome signed(Outcome outcome, SigningKey key) {
        return SignedOutcome.newBuilder()
                .setOutcome(outcome.toByteString())
                .setSignature(ByteString.copyFrom(key.sign(SignedBytes.OUTCOME.of(outcome.toByteString()))))
                .build();
    }

    private static StreamObserver<Answer> collecting(java.util.function.Consumer<Answer> to) {
        return new StreamObserver<>() {
            @Override
            public void onNext(Answer answer) {
                to.accept(answer);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    /// A channel of a caller that may do what our own links never would.
    private ManagedChannel channelAs(RotatingIdentity identity, PeerTrust trust, TestRegistry to) throws Exception {
        PeerTls tls = new PeerTls(identity, trust, new PeerMetrics(to.clock), to.clock);
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", to.server.port())
                .sslContext(tls.forClient(to.id).context())
                .build();
        open.addFirst(channel::shutdownNow);
        return channel;
    }

    /// Greets alpha with a certificate; the answerer's name, or the status that it was refused with.
    private String greetAs(RotatingIdentity identity) throws Exception {
        PeerTrust callers = new PeerTrust();
        callers.put(alpha.asPeer());
        return FederationServiceGrpc.newBlockingStub(channelAs(identity, callers, alpha))
                .greet(hanse.federation.v1.GreetRequest.getDefaultInstance())
                .getRegistryId();
    }

    private String greetAs(RotatingIdentity identity, String role) throws Exception {
        RotatingIdentity other = RotatingIdentity.open(
                CertificateAuthority.openOrCreate(directory.resolve("mallory.example"), "mallory.example", alpha.clock),
                LeafOrder.bridge("mallory.example"),
                directory.resolve(role),
                role,
                alpha.clock);
        return greetAs(other);
    }
}
