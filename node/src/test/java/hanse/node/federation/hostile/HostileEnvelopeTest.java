package hanse.node.federation.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import hanse.certs.SigningKey;
import hanse.federation.v1.Answer;
import hanse.federation.v1.Message;
import hanse.federation.v1.SignedMessage;
import hanse.node.call.AgentId;
import hanse.node.federation.TestNode;
import hanse.node.ledger.AccountKind;
import hanse.peer.MessageIds;
import hanse.peer.PeerLimits;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Messages that were said before, or never, or to somebody else, or by another.
class HostileEnvelopeTest extends Siege {
    private static final long FIVE = 5_000_000;

    /// As many bad messages as a test needs.
    @Override
    PeerLimits limits() {
        return new PeerLimits(Duration.ofSeconds(10), Duration.ofSeconds(15), 64, 1024, 32, 16, 8, 64, 10_000);
    }

    @Test
    void aReplayedEnvelopeGetsTheSameBytesBackAndMovesNothingMore() {
        AgentId payee = beta.agent("0");
        SignedMessage envelope = mallory.signed(mallory.credit(beta, payee, FIVE));
        Answer first = mallory.call(beta).ask(envelope);
        assertThat(outcome(first).hasAccepted()).isTrue();
        movesNothing(() -> {
            Line line = mallory.call(beta);
            Set<Answer> answers = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                answers.add(line.ask(envelope));
            }
            assertThat(answers).containsExactly(first);
        });
        assertThat(beta.balance(payee)).isEqualTo("4.975");
    }

    @Test
    void noByteOfAnEnvelopeCanBeChanged() {
        SignedMessage envelope = mallory.signed(mallory.credit(beta, beta.agent("0"), FIVE));
        byte[] message = envelope.getMessage().toByteArray();
        byte[] signature = envelope.getSignature().toByteArray();
        List<SignedMessage> altered = IntStream.range(0, message.length + signature.length)
                .mapToObj(i -> i < message.length
                        ? envelope.toBuilder().setMessage(flipped(message, i)).build()
                        : envelope.toBuilder()
                                .setSignature(flipped(signature, i - message.length))
                                .build())
                .toList();
        movesNothing(() -> {
            try (Line.Stream stream = mallory.call(beta).exchange()) {
                altered.forEach(stream::send);
                TestNode.eventually("all are answered", () -> stream.answers.size() == altered.size());
                assertThat(stream.answers)
                        .allSatisfy(answer -> assertThat(reason(answer)).isIn("MESSAGE_REFUSED", "MESSAGE_UNREADABLE"));
            }
        });
        assertSeen("mallory.example", "BAD_SIGNATURE");
    }

    private static ByteString flipped(byte[] bytes, int at) {
        byte[] changed = bytes.clone();
        changed[at] ^= (byte) (1 << at % Byte.SIZE);
        return ByteString.copyFrom(changed);
    }

    @Test
    void aSignatureOfAnotherKeyOrKindOrLengthIsNone() {
        ByteString message = mallory.credit(beta, beta.agent("0"), FIVE).toByteString();
        SigningKey foreign = SigningKey.generate();
        ByteString ofAnOutcome = ByteString.copyFrom(mallory.key.sign(HostilePeer.text("hanse-outcome-v1\n", message)));
        ByteString bare = ByteString.copyFrom(mallory.key.sign(message.toByteArray()));
        movesNothing(() -> {
            Line line = mallory.call(beta);
            assertThat(reason(line.ask(HostilePeer.signed(message, foreign)))).isEqualTo("MESSAGE_REFUSED");
            for (ByteString signature : List.of(
                    ofAnOutcome,
                    bare,
                    ByteString.EMPTY,
                    ByteString.copyFrom(new byte[64]),
                    ByteString.copyFrom(new byte[1000]),
                    bare.concat(bare))) {
                assertThat(reason(line.ask(SignedMessage.newBuilder()
                                .setMessage(message)
                                .setSignature(signature)
                                .build())))
                        .isEqualTo("MESSAGE_REFUSED");
            }
        });
        assertSeen("mallory.example", "BAD_SIGNATURE");
    }

    @Test
    void whatIsSaidToOrByAnotherRegistryIsRefused() {
        Message said = mallory.credit(beta, beta.agent("0"), FIVE);
        isRefused(said.toBuilder().setTo("alpha.example").build(), "MESSAGE_REFUSED", "FOREIGN_RECEIVER");
        isRefused(said.toBuilder().setTo("").build(), "MESSAGE_REFUSED", "FOREIGN_RECEIVER");
        isRefused(said.toBuilder().setTo("BETA.example").build(), "MESSAGE_REFUSED", "FOREIGN_RECEIVER");
        isRefused(said.toBuilder().setFrom("alpha.example").build(), "MESSAGE_REFUSED", "FOREIGN_SENDER");
        isRefused(said.toBuilder().setFrom("beta.example").build(), "MESSAGE_REFUSED", "FOREIGN_SENDER");
    }

    @Test
    void anotherProtocolOrAnUnknownBodyIsLeftUndecided() {
        Message said = mallory.credit(beta, beta.agent("0"), FIVE);
        for (int protocol : new int[] {0, 2, -1, Integer.MAX_VALUE}) {
            isRefused(said.toBuilder().setProtocol(protocol).build(), "MESSAGE_UNREADABLE", "UNKNOWN_PROTOCOL");
        }
        isRefused(said.toBuilder().clearBody().build(), "MESSAGE_UNREADABLE", "UNKNOWN_BODY");
        Message later = said.toBuilder()
                .clearBody()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("what is to come"))
                                        .build())
                        .build())
                .build();
        isRefused(later, "MESSAGE_UNREADABLE", "UNKNOWN_BODY");
    }

    @Test
    void anIdThatIsNoneIsRefused() {
        Message said = mallory.credit(beta, beta.agent("0"), FIVE);
        for (int size : new int[] {0, 15, 17, 1000}) {
            isRefused(
                    said.toBuilder().setId(ByteString.copyFrom(new byte[size])).build(),
                    "MESSAGE_UNREADABLE",
                    "MESSAGE_MALFORMED");
        }
    }

    @Test
    void anIdThatWasUsedIsNotUsedAgainForAnythingElse() {
        Message said = mallory.credit(beta, beta.agent("0"), FIVE);
        Line line = mallory.call(beta);
        assertThat(reason(line.ask(mallory.signed(said)))).isEmpty();
        isRefused(
                said.toBuilder()
                        .setCreditTransfer(said.getCreditTransfer().toBuilder().setAmountMicros(FIVE + 1))
                        .build(),
                "REQUEST_ID_REUSED",
                "REQUEST_ID_REUSED");
        isRefused(
                said.toBuilder()
                        .setClaimPayment(hanse.federation.v1.ClaimPayment.newBuilder()
                                .setPaymentId(said.getId())
                                .setPayee(mallory.agent().toString()))
                        .build(),
                "REQUEST_ID_REUSED",
                "REQUEST_ID_REUSED");
        isRefused(said.toBuilder().setTraceparent("00").build(), "REQUEST_ID_REUSED", "REQUEST_ID_REUSED");
    }

    @Test
    void anIdOfAnotherPeersMessageOrOfOursIsItsSendersOwn() {
        AgentId alice = alpha.agent("100");
        AgentId bob = beta.agent("100");
        UUID theirs = UUID.fromString(alpha.send(alice, beta, bob, "1").join().getTransferId());
        UUID ours = UUID.fromString(beta.send(bob, alpha, alice, "1").join().getTransferId());
        String before = beta.balance(bob);
        for (UUID squatted : List.of(theirs, ours, bob.value())) {
            AgentId payee = beta.agent("0");
            Message squatting = mallory.credit(beta, payee, FIVE).toBuilder()
                    .setId(MessageIds.bytes(squatted))
                    .build();
            // It is one of its own, and does nothing to that of the others.
            assertThat(reason(mallory.call(beta).ask(mallory.signed(squatting))))
                    .isEmpty();
            assertThat(beta.balance(payee)).isEqualTo("4.975");
        }
        assertThat(beta.balance(bob)).isEqualTo(before);
        assertThat(beta.total(AccountKind.IN_FLIGHT, alpha)).isZero();
        assertThat(beta.fault()).isEmpty();
    }

    @Test
    void bytesThatAreNoMessageAreAnsweredAsSuch() {
        movesNothing(() -> {
            Line line = mallory.call(beta);
            for (String nonsense : List.of("", "none at all", "\u0000\u0000", "\n\n\n\n")) {
                ByteString bytes = ByteString.copyFromUtf8(nonsense);
                assertThat(reason(line.ask(HostilePeer.signed(bytes, mallory.key))))
                        .isEqualTo("MESSAGE_UNREADABLE");
            }
        });
        assertSeen("mallory.example", "MESSAGE_MALFORMED");
    }

    @Test
    void aMessageLargerThanAllowedIsRefusedAlone() {
        Message large = mallory.credit(beta, beta.agent("0"), FIVE).toBuilder()
                .setTraceparent("x".repeat(70_000))
                .build();
        isRefused(large, "MESSAGE_UNREADABLE", "MESSAGE_TOO_LARGE");
    }

    private void isRefused(Message message, String told, String seen) {
        long before = count("mallory.example", seen);
        movesNothing(() -> assertThat(reason(mallory.call(beta).ask(mallory.signed(message))))
                .isEqualTo(told));
        assertThat(count("mallory.example", seen)).isGreaterThan(before);
        assertSeen("mallory.example", seen);
    }
}
