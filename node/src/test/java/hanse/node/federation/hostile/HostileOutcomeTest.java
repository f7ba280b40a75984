package hanse.node.federation.hostile;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import hanse.certs.SigningKey;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.Refused;
import hanse.federation.v1.SignedOutcome;
import hanse.federation.v1.Undecided;
import hanse.ledger.v1.CrossRegistryTransferResponse;
import hanse.ledger.v1.CrossRegistryTransferResponse.State;
import hanse.node.call.AgentId;
import hanse.node.call.Did;
import hanse.node.federation.TestNode;
import hanse.peer.MessageIds;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Answers of a peer that it did not give, or gave otherwise before, or gives to what it was not asked. Money stays in
/// flight until an answer proves itself.
class HostileOutcomeTest extends Siege {
    private HostileServer server;
    private AgentId payer;

    @Override
    int port() {
        server = new HostileServer(mallory);
        return server.port();
    }

    /// What beta has sent to mallory is no message to alpha.
    @Override
    void requireWhole() {
        server.close();
        assertThat(beta.unanswered()).isZero();
    }

    @BeforeEach
    void greet() {
        payer = beta.agent("100");
    }

    @Test
    void aForgedOutcomeMovesNothing() {
        SigningKey alphas = new HostilePeer("alpha.example", directory.resolve("alpha")).key;
        List<Message> asked = new CopyOnWriteArrayList<>();
        server.manner = message -> {
            asked.add(message);
            return List.of();
        };
        CompletableFuture<CrossRegistryTransferResponse> transfer = sent();
        eventually("it was sent", () -> !asked.isEmpty());
        List<Answer> forged = forged(asked.getFirst(), alphas);
        movesNothing(() -> {
            forged.forEach(server::say);
            eventually(
                    "each is refused",
                    () -> count("mallory.example", "FORGED_OUTCOME") == forged.size() - 3
                            && count("mallory.example", "UNASKED_ANSWER") == 2
                            && count("mallory.example", "EMPTY_ANSWER") == 1);
        });
        assertThat(beta.balance(payer)).isEqualTo("90");
        for (String reason : List.of("FORGED_OUTCOME", "UNASKED_ANSWER", "EMPTY_ANSWER")) {
            assertSeen("mallory.example", reason);
        }
        // The real one still counts.
        server.manner = message -> List.of(server.answer(server.outcome(message)
                .setRefused(Refused.newBuilder().setReason("no\n\u001b[31m such reason"))
                .build()));
        assertThat(ended(transfer).getRefusal()).isEqualTo("MESSAGE_REFUSED");
        assertThat(beta.balance(payer)).isEqualTo("100");
    }

    private List<Answer> forged(Message message, SigningKey alphas) {
        Outcome right = server.outcome(message).build();
        ByteString other = MessageIds.bytes(UUID.randomUUID());
        return Stream.of(
                        HostileServer.answer(right, SigningKey.generate()),
                        HostileServer.answer(right, alphas),
                        server.answer(right.toBuilder().setFrom("alpha.example").build()),
                        server.answer(right.toBuilder().setTo("alpha.example").build()),
                        server.answer(right.toBuilder()
                                .setRequestDigest(ByteString.copyFrom(new byte[32]))
                                .build()),
                        server.answer(right.toBuilder().clearResult().build()),
                        server.answer(right.toBuilder()
                                .setRefused(Refused.newBuilder().setReason("x".repeat(5_000)))
                                .build()),
                        // Of another message, said of this one.
                        server.answer(right.toBuilder().setId(other).build()).toBuilder()
                                .setId(message.getId())
                                .build(),
                        Answer.newBuilder()
                                .setId(message.getId())
                                .setOutcome(SignedOutcome.newBuilder()
                                        .setOutcome(right.toByteString())
                                        .setSignature(ByteString.copyFrom(mallory.key.sign(
                                                HostilePeer.text("hanse-message-v1\n", right.toByteString())))))
                                .build(),
                        Answer.newBuilder()
                                .setId(message.getId())
                                .setOutcome(SignedOutcome.getDefaultInstance())
                                .build(),
                        // These three are no outcome at all.
                        server.answer(right.toBuilder().setId(other).build()),
                        Answer.newBuilder()
                                .setId(ByteString.copyFromUtf8("short"))
                                .build(),
                        Answer.newBuilder().setId(message.getId()).build())
                .collect(Collectors.toList());
    }

    @Test
    void anOutcomeThatIsChangedLaterChangesNothing() {
        List<Message> asked = new CopyOnWriteArrayList<>();
        server.manner = message -> {
            asked.add(message);
            return List.of(server.answer(server.outcome(message).build()));
        };
        assertThat(ended(sent()).getState()).isEqualTo(State.EXPORTED);
        Outcome first = server.outcome(asked.getFirst()).build();
        long before = count("mallory.example", "CHANGED_OUTCOME");
        movesNothing(() -> {
            server.say(server.answer(first));
            server.say(server.answer(first.toBuilder()
                    .setRefused(Refused.newBuilder().setReason("UNKNOWN_AGENT"))
                    .build()));
            eventually("it is noticed", () -> count("mallory.example", "CHANGED_OUTCOME") > before);
        });
        assertThat(count("mallory.example", "CHANGED_OUTCOME")).isEqualTo(before + 1);
        assertSeen("mallory.example", "CHANGED_OUTCOME");
        assertThat(beta.balance(payer)).isEqualTo("90");
    }

    @Test
    void whateverItSaysInsteadOfAnOutcomeLeavesTheMoneyInFlight() {
        List<Message> asked = new CopyOnWriteArrayList<>();
        server.manner = message -> {
            asked.add(message);
            return List.of(Answer.newBuilder()
                    .setId(message.getId())
                    .setUndecided(Undecided.newBuilder().setReason("REFUSED\nrefused of alpha.example: \u0007"))
                    .build());
        };
        CompletableFuture<CrossRegistryTransferResponse> transfer = sent();
        eventually("it was asked again", () -> asked.size() >= 3);
        assertThat(beta.balance(payer)).isEqualTo("90");
        assertThat(beta.federation
                        .metrics()
                        .snapshot("mallory.example")
                        .lastFault()
                        .orElseThrow())
                .isEqualTo("it decided nothing: UNSPECIFIED");
        server.manner = message -> List.of(server.answer(server.outcome(message).build()));
        assertThat(ended(transfer).getState()).isEqualTo(State.EXPORTED);
    }

    private CompletableFuture<CrossRegistryTransferResponse> sent() {
        String request = UUID.randomUUID().toString();
        eventually("beta may begin", () -> isActive(beta));
        return beta.federation
                .transfers()
                .transfer(
                        TestNode.call(payer, request, request),
                        hanse.ledger.v1.CrossRegistryTransferRequest.newBuilder()
                                .setTo(new Did(mallory.id, new AgentId(UUID.randomUUID())).toString())
                                .setAmount("10")
                                .build())
                .toCompletableFuture();
    }

    private boolean isActive(TestNode node) {
        try {
            node.federation.directory().requireActive(mallory.id);
            return true;
        } catch (hanse.node.call.RefusedException pending) {
            return false;
        }
    }

    /// What has become of it in the end, also when its caller was told before to ask again.
    private CrossRegistryTransferResponse ended(CompletableFuture<CrossRegistryTransferResponse> transfer) {
        UUID id = UUID.fromString(transfer.join().getTransferId());
        eventually("it has ended", () -> beta.unanswered() == 0);
        return beta.federation
                .transfers()
                .get(
                        TestNode.call(payer, "any", ""),
                        hanse.ledger.v1.GetCrossRegistryTransferRequest.newBuilder()
                                .setTransferId(id.toString())
                                .build());
    }
}
