package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;
import hanse.certs.SigningKey;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedMessage;
import hanse.federation.v1.SignedOutcome;
import hanse.peer.v1.Card;
import hanse.peer.v1.SignedCard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What was said in protocol 1 is said, read and believed as ever.
@Timeout(60)
class VectorsTest {
    @TempDir
    Path directory;

    private final Vectors vectors = vectors();

    private static Vectors vectors() {
        try {
            return new Vectors();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void write() throws IOException {
        if (Boolean.getBoolean("hanse.vectors.write")) {
            Vectors.complete("cards", Card.newBuilder(), SignedBytes.CARD);
            Vectors.complete("messages", Message.newBuilder(), SignedBytes.MESSAGE);
            Vectors.complete("outcomes", Outcome.newBuilder(), SignedBytes.OUTCOME);
        }
    }

    @Test
    void theSameIsSaidInTheSameBytesAndSignedAlike() throws Exception {
        for (Vectors.Vector vector : vectors.of("messages").values()) {
            Message message = vector.read(Message.newBuilder()).build();
            assertThat(message).as(vector.name()).isEqualTo(Message.parseFrom(vector.bytes()));
            SignedMessage signed = new MessageSigner(vector.by(), vectors.key(vector.by())).sign(message);
            assertThat(signed.getMessage()).as(vector.name()).isEqualTo(vector.content());
            assertThat(signed.getSignature().toByteArray()).as(vector.name()).isEqualTo(vector.signature());
        }
        for (Vectors.Vector vector : vectors.of("outcomes").values()) {
            Outcome outcome = vector.read(Outcome.newBuilder()).build();
            assertThat(outcome).as(vector.name()).isEqualTo(Outcome.parseFrom(vector.bytes()));
            SignedOutcome signed = new MessageSigner(vector.by(), vectors.key(vector.by())).sign(outcome);
            assertThat(signed.getOutcome()).as(vector.name()).isEqualTo(vector.content());
            assertThat(signed.getSignature().toByteArray()).as(vector.name()).isEqualTo(vector.signature());
        }
    }

    @Test
    void aCardIsReadWithItsFingerprint() throws Exception {
        Vectors.Vector vector = vectors.of("cards").get("alpha");
        PeeringCards.CheckedCard checked = PeeringCards.check(SignedCard.newBuilder()
                .setCard(vector.content())
                .setSignature(ByteString.copyFrom(vector.signature()))
                .setFingerprint(vectors.fingerprint())
                .build());
        assertThat(checked.fingerprint()).isEqualTo(vectors.fingerprint());
        assertThat(checked.signingKey()).isEqualTo(vectors.key("alpha.example").verifyKey());
    }

    @Test
    void everyKindOfMessageAndOfAnswerAndEveryFieldOfTheirsHasAVector() throws Exception {
        Set<Message.BodyCase> bodies = new HashSet<>();
        Set<String> fields = new HashSet<>();
        for (Vectors.Vector vector : vectors.of("messages").values()) {
            Message message = Message.parseFrom(vector.bytes());
            bodies.add(message.getBodyCase());
            collect(message, fields);
        }
        bodies.add(Message.BodyCase.BODY_NOT_SET);
        assertThat(bodies).containsExactlyInAnyOrder(Message.BodyCase.values());
        Set<Outcome.ResultCase> results = new HashSet<>();
        for (Vectors.Vector vector : vectors.of("outcomes").values()) {
            Outcome outcome = Outcome.parseFrom(vector.bytes());
            results.add(outcome.getResultCase());
            collect(outcome, fields);
        }
        results.add(Outcome.ResultCase.RESULT_NOT_SET);
        assertThat(results).containsExactlyInAnyOrder(Outcome.ResultCase.values());
        Set<String> all = new TreeSet<>();
        all(Message.getDescriptor(), all);
        all(Outcome.getDescriptor(), all);
        all.removeAll(fields);
        assertThat(all).as("fields in no vector").isEmpty();
    }

    /// Names of the fields that are set, of the federation's own messages.
    private static void collect(MessageOrBuilder message, Set<String> fields) {
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            fields.add(field.getKey().getFullName());
            if (field.getValue() instanceof MessageOrBuilder inner) {
                collect(inner, fields);
            }
        }
    }

    private static void all(Descriptor message, Set<String> fields) {
        if (!message.getFullName().startsWith("hanse.federation.v1.")) {
            return;
        }
        for (FieldDescriptor field : message.getFields()) {
            fields.add(field.getFullName());
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                all(field.getMessageType(), fields);
            }
        }
    }

    /// Over a real link: what alpha and beta said then, today's nodes send, take for theirs, answer and believe.
    @Test
    void whatWasSaidThenIsSentReceivedAndBelievedNow() throws Exception {
        try (TestRegistry alpha = new TestRegistry("alpha.example", directory).serve();
                TestRegistry beta = new TestRegistry("beta.example", directory).serve()) {
            alpha.trust.put(known(beta));
            beta.trust.put(known(alpha));
            Map<UUID, SignedOutcome> answers = new HashMap<>();
            for (Vectors.Vector vector : vectors.of("outcomes").values()) {
                Outcome outcome = Outcome.parseFrom(vector.bytes());
                answers.put(
                        MessageIds.parse(outcome.getId()).orElseThrow(),
                        SignedOutcome.newBuilder()
                                .setOutcome(vector.content())
                                .setSignature(ByteString.copyFrom(vector.signature()))
                                .build());
            }
            for (TestRegistry registry : List.of(alpha, beta)) {
                registry.manner = (message, answer) ->
                        CompletableFuture.completedFuture(Answers.decided(message.id(), answers.get(message.id())));
                registry.link(TestRegistry.QUICK);
            }
            for (Vectors.Vector vector : vectors.of("messages").values()) {
                Message message = Message.parseFrom(vector.bytes());
                UUID id = MessageIds.parse(message.getId()).orElseThrow();
                TestRegistry sender = message.getFrom().equals(alpha.id) ? alpha : beta;
                sender.commit(new OutgoingMessage(
                        id,
                        SignedMessage.newBuilder()
                                .setMessage(vector.content())
                                .setSignature(ByteString.copyFrom(vector.signature()))
                                .build()));
            }
            alpha.links.start(beta.id);
            beta.links.start(alpha.id);
            await().atMost(Duration.ofSeconds(30)).until(() -> alpha.outbox.isEmpty() && beta.outbox.isEmpty());
            assertThat(alpha.outcomes.size() + beta.outcomes.size())
                    .isEqualTo(vectors.of("messages").size());
            assertThat(alpha.metrics.snapshot(beta.id).refusedAnswers()).isZero();
            assertThat(beta.metrics.snapshot(alpha.id).refusedAnswers()).isZero();
        }
    }

    /// The registry by its certificate of today, with the signing key of then.
    private TrustedPeer known(TestRegistry registry) {
        TrustedPeer today = registry.asPeer();
        SigningKey then = vectors.key(registry.id);
        return new TrustedPeer(today.registryId(), today.endpoint(), today.bundle(), List.of(then.verifyKey()));
    }

    @Test
    void aKeyIsTheSameInEachOfItsForms() {
        assertThat(vectors.keys()).hasSize(2).allSatisfy(key -> {
            SigningKey read = SigningKey.parse(key.pem());
            assertThat(read.verifyKey().base64()).isEqualTo(key.publicKey());
            byte[] pkcs8 = Base64.getMimeDecoder().decode(key.pem().replaceAll("-----[A-Z ]+-----", ""));
            assertThat(Arrays.copyOfRange(pkcs8, pkcs8.length - 32, pkcs8.length))
                    .isEqualTo(key.seed());
        });
    }
}
