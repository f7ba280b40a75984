package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import hanse.dispute.v1.Dispute;
import hanse.federation.v1.Accepted;
import hanse.federation.v1.CreditTransfer;
import hanse.federation.v1.DisputeNotice;
import hanse.federation.v1.Message;
import hanse.federation.v1.Outcome;
import hanse.federation.v1.SignedMessage;
import hanse.federation.v1.SignedOutcome;
import hanse.federation.v1.SlashConfirmation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Alpha is of a later version than beta, and they get along: FEDERATION.md, Versions.
@Timeout(60)
class NeighbourTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final UnknownFieldSet LATER = UnknownFieldSet.newBuilder()
            .addField(
                    1000,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("something that beta does not know"))
                            .build())
            .build();

    @TempDir
    Path directory;

    private TestRegistry alpha;
    private TestRegistry beta;

    @BeforeEach
    void peer() throws Exception {
        alpha = new TestRegistry("alpha.example", directory).serve().link(TestRegistry.QUICK);
        beta = new TestRegistry("beta.example", directory).serve().link(TestRegistry.QUICK);
        alpha.trust.put(beta.asPeer());
        beta.trust.put(alpha.asPeer());
    }

    @AfterEach
    void close() {
        alpha.close();
        beta.close();
    }

    @Test
    void fieldsThatAreNotKnownAreIgnoredAndStillSigned() throws Exception {
        Message message = message(later -> later.setUnknownFields(LATER)
                .setCreditTransfer(
                        CreditTransfer.newBuilder().setAmountMicros(5).setUnknownFields(LATER)));
        UUID id = commit(message);
        alpha.links.start(beta.id);
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(id));
        ReceivedMessage received = beta.received.get(id);
        assertThat(received.message().getCreditTransfer().getAmountMicros()).isEqualTo(5);
        assertThat(received.digest()).isEqualTo(SignedBytes.sha256(message.toByteString()));
    }

    @Test
    void anOutcomeWithFieldsThatAreNotKnownIsBelieved() {
        beta.manner = (message, answer) -> CompletableFuture.completedFuture(Answers.decided(
                message.id(),
                signed(beta.accepted(message)
                        .setUnknownFields(LATER)
                        .setAccepted(Accepted.newBuilder().setUnknownFields(LATER))
                        .build())));
        UUID id = alpha.transferTo(beta.id);
        alpha.links.start(beta.id);
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(id));
        assertThat(alpha.metrics.snapshot(beta.id).refusedAnswers()).isZero();
    }

    /// It waits alone, and is decided when beta is renewed.
    @Test
    void aBodyThatIsNotKnownIsLeftUndecidedAndBlocksNothing() throws Exception {
        UUID unknown = commit(message(later -> later.setUnknownFields(LATER)));
        othersAreDecidedBut(unknown);
    }

    @Test
    void aMessageOfTheNextProtocolIsLeftUndecidedAndBlocksNothing() throws Exception {
        UUID unknown = commit(message(later -> later.setProtocol(2).setCreditTransfer(CreditTransfer.newBuilder())));
        othersAreDecidedBut(unknown);
    }

    private void othersAreDecidedBut(UUID unknown) {
        alpha.links.start(beta.id);
        await().atMost(SOON).until(() -> alpha.undecided.contains("MESSAGE_UNREADABLE"));
        for (int i = 0; i < 200; i++) {
            alpha.transferTo(beta.id);
        }
        alpha.links.wake(beta.id);
        await().atMost(SOON).until(() -> alpha.outcomes.size() == 200);
        assertThat(alpha.outbox).hasSize(1);
        assertThat(beta.received).doesNotContainKey(unknown);
        assertThat(alpha.outcomes).doesNotContainKey(unknown);
    }

    @Test
    void anOutcomeWhoseResultIsNotKnownIsNoAnswer() {
        Map<UUID, Integer> asked = new ConcurrentHashMap<>();
        beta.manner = (message, answer) -> asked.merge(message.id(), 1, Integer::sum) > 1
                ? CompletableFuture.completedFuture(answer)
                : CompletableFuture.completedFuture(Answers.decided(
                        message.id(),
                        signed(beta.accepted(message)
                                .clearResult()
                                .setUnknownFields(LATER)
                                .build())));
        UUID id = alpha.transferTo(beta.id);
        alpha.links.start(beta.id);
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(id));
        assertThat(asked).containsEntry(id, 2);
        assertThat(alpha.outcomes.get(id).outcome().hasAccepted()).isTrue();
    }

    /// A slash's receipt shows the dispute with its reason and ruling, 4,000 characters each.
    @Test
    void anOutcomeThatShowsADisputeIsAsLongAsItsTexts() {
        DisputeNotice notice = DisputeNotice.newBuilder()
                .setDispute(Dispute.newBuilder()
                        .setReason("\uD83D\uDC1F".repeat(4_000))
                        .setRulingNote("\uD83D\uDC1F".repeat(4_000)))
                .build();
        beta.manner = (message, answer) -> CompletableFuture.completedFuture(Answers.decided(
                message.id(),
                signed(beta.accepted(message)
                        .setAccepted(Accepted.newBuilder().setDispute(notice))
                        .build())));
        UUID confirmation = commit(message(some -> some.setSlashConfirmation(SlashConfirmation.newBuilder())));
        UUID transfer = alpha.transferTo(beta.id);
        alpha.links.start(beta.id);
        await().atMost(SOON).until(() -> alpha.outcomes.containsKey(confirmation));
        assertThat(alpha.outcomes.get(confirmation).outcome().getAccepted().getDispute())
                .isEqualTo(notice);
        // What is kept for ever with a transfer needs no such room.
        await().atMost(SOON).until(() -> alpha.metrics.snapshot(beta.id).refusedAnswers() > 0);
        assertThat(alpha.outcomes).doesNotContainKey(transfer);
    }

    private Message message(UnaryOperator<Message.Builder> change) {
        return change.apply(alpha.signer.message(beta.id, UUID.randomUUID(), ""))
                .build();
    }

    /// As alpha's version signs it, which may know more than this one.
    private UUID commit(Message message) {
        UUID id = MessageIds.parse(message.getId()).orElseThrow();
        ByteString bytes = message.toByteString();
        alpha.commit(new OutgoingMessage(
                id,
                SignedMessage.newBuilder()
                        .setMessage(bytes)
                        .setSignature(ByteString.copyFrom(alpha.key.sign(SignedBytes.MESSAGE.of(bytes))))
                        .build()));
        return id;
    }

    private SignedOutcome signed(Outcome outcome) {
        ByteString bytes = outcome.toByteString();
        return SignedOutcome.newBuilder()
                .setOutcome(bytes)
                .setSignature(ByteString.copyFrom(beta.key.sign(SignedBytes.OUTCOME.of(bytes))))
                .build();
    }
}
