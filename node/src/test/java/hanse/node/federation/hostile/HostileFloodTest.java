package hanse.node.federation.hostile;

import static hanse.node.federation.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import hanse.federation.v1.SignedMessage;
import hanse.node.call.AgentId;
import hanse.peer.PeerLimits;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Too much, too slow, too large, of connections, streams, calls and messages. While it goes on, honest transfers get
/// through each way.
class HostileFloodTest extends Siege {
    private static final int HANDSHAKES = 32;
    private static final int CONNECTIONS = 4;
    private static final int CALLS = 8;

    private final List<Knock> knocks = new ArrayList<>();

    /// Patience that a test has, too, and that an honest handshake on a busy machine does not use up.
    @Override
    PeerLimits limits() {
        return new PeerLimits(
                Duration.ofSeconds(3), Duration.ofMillis(500), HANDSHAKES, 64, 1_000, CONNECTIONS, 8, CALLS, 5);
    }

    @AfterEach
    void hangUp() {
        knocks.forEach(Knock::close);
        knocks.clear();
    }

    @Test
    void connectionsThatSayNothingMakeRoomForEachOtherAndAreClosed() {
        holdsOut(() -> Knock.silent(beta), 3 * HANDSHAKES);
        assertSeen(STRANGER, "TOO_MANY_CONNECTIONS");
        assertSeen(STRANGER, "HANDSHAKE_UNFINISHED");
    }

    @Test
    void halfATlsHandshakeIsWaitedForNoLongerThanAWholeOne() {
        holdsOut(() -> Knock.halfATlsHandshake(beta), HANDSHAKES);
        assertSeen(STRANGER, "HANDSHAKE_UNFINISHED");
    }

    @Test
    void whatIsNoTlsIsClosed() {
        holdsOut(
                () -> {
                    Knock knock = Knock.silent(beta);
                    knock.write("GET / HTTP/1.1\r\nHost: beta.example\r\n\r\n".getBytes());
                    return knock;
                },
                HANDSHAKES);
        assertSeen(STRANGER, "HANDSHAKE_UNFINISHED");
    }

    @Test
    void aPeerThatNeverGetsToHttpIsClosed() {
        holdsOut(
                () -> {
                    Knock knock = Knock.tls(beta, mallory.leaf());
                    knock.write("PRI * HT".getBytes());
                    return knock;
                },
                CONNECTIONS);
    }

    @Test
    void aPeerThatPingsWithoutEndIsClosed() {
        holdsOut(
                () -> {
                    Knock knock = Knock.http2(beta, mallory.leaf());
                    for (int i = 0; i < 1_000 && !knock.isClosed(); i++) {
                        knock.frame(Knock.PING, 0, 0, new byte[Long.BYTES]);
                    }
                    return knock;
                },
                1);
    }

    /// Opens them all, deals honestly meanwhile, and waits until beta has closed them.
    private void holdsOut(Supplier<Knock> attack, int times) {
        for (int i = 0; i < times; i++) {
            knocks.add(attack.get());
        }
        theHonestLinkWorks();
        eventually("every one is closed", () -> knocks.stream().allMatch(Knock::isClosed));
    }

    @Test
    void moreConnectionsThanAPeerMayHaveEndItsOldest() {
        List<Line> lines = new ArrayList<>();
        List<Line.Stream> streams = new ArrayList<>();
        for (int i = 0; i < 3 * CONNECTIONS; i++) {
            Line line = mallory.call(beta);
            lines.add(line);
            Line.Stream stream = line.exchange();
            streams.add(stream);
            assertThat(reason(stream.ask(refusable()))).isEqualTo("UNKNOWN_AGENT");
        }
        theHonestLinkWorks();
        eventually(
                "only the newest are left",
                () -> streams.stream()
                                .map(Line.Stream::ended)
                                .filter(Optional::isEmpty)
                                .count()
                        == CONNECTIONS);
        assertThat(streams.getLast().ended()).isEmpty();
        assertSeen("mallory.example", "TOO_MANY_CONNECTIONS");
        lines.forEach(Line::close);
    }

    @Test
    void moreStreamsThanAPeerMayHaveEndItsOldest() {
        Line line = mallory.call(beta);
        List<Line.Stream> streams = IntStream.range(0, 20)
                .mapToObj(i -> {
                    Line.Stream stream = line.exchange();
                    assertThat(reason(stream.ask(refusable()))).isEqualTo("UNKNOWN_AGENT");
                    return stream;
                })
                .toList();
        theHonestLinkWorks();
        eventually(
                "the first are ended",
                () -> streams.stream()
                                .flatMap(stream -> stream.ended().stream())
                                .filter(Status.Code.ABORTED::equals)
                                .count()
                        == 12);
        assertSeen("mallory.example", "TOO_MANY_STREAMS");
        line.close();
    }

    @Test
    void streamsThatAreOpenedAndResetWithoutEndHoldUpNobody() {
        Line line = mallory.call(beta);
        assertThat(line.greet()).isEqualTo(Status.OK);
        for (int i = 0; i < 1_000; i++) {
            line.exchange().close();
        }
        theHonestLinkWorks();
        line.close();
    }

    /// gRPC asks whether a connection lives after 10 s of silence at the earliest.
    @Test
    void whoIsSilentInTheMiddleHoldsUpNobodyAndLosesWhatItHasOpen() {
        Knock silent = Knock.http2(beta, mallory.leaf());
        knocks.add(silent);
        AtomicReference<Knock> halves = new AtomicReference<>(halves());
        try (Line line = mallory.call(beta)) {
            // As TestNode.eventually, but it says what it got.
            await("it may call no more")
                    .dontCatchUncaughtExceptions()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        halves.updateAndGet(open -> open.isClosed() ? halves() : open);
                        assertThat(line.greet().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    });
            assertSeen("mallory.example", "TOO_MANY_CALLS");
            assertThat(reason(line.ask(refusable()))).isEqualTo("UNKNOWN_AGENT");
            theHonestLinkWorks();
            eventually("its calls are over", () -> line.greet().isOk());
        }
        eventually("the silent one is closed", silent::isClosed);
    }

    /// As many calls as it may have, and a stream, whose messages do not end.
    private Knock halves() {
        Knock halves = Knock.http2(beta, mallory.leaf());
        knocks.add(halves);
        for (int i = 0; i < CALLS; i++) {
            halves.halfAMessage(2 * i + 1, "ResolveAgent");
        }
        halves.halfAMessage(2 * CALLS + 1, "Exchange");
        return halves;
    }

    @Test
    void whoReadsNoAnswersGetsNoMoreDecided() {
        AgentId payee = beta.agent("0");
        Line line = mallory.call(beta);
        Line.Stream stream = line.unread();
        for (int i = 0; i < 3_000; i++) {
            stream.send(mallory.signed(mallory.credit(beta, payee, 1)));
        }
        theHonestLinkWorks();
        assertThat(stream.answers).isEmpty();
        assertThat(beta.balance(payee)).isEqualTo("0");
        line.close();
    }

    @Test
    void aFloodOfOrderlyMessagesLeavesRoomForHonestOnes() {
        movesNothingOfMallorys(() -> {
            List<Line.Stream> streams = Stream.generate(() -> mallory.call(beta).exchange())
                    .limit(CONNECTIONS)
                    .toList();
            List<SignedMessage> flood =
                    Stream.generate(this::refusable).limit(2_000).toList();
            for (int i = 0; i < flood.size(); i++) {
                streams.get(i % streams.size()).send(flood.get(i));
            }
            theHonestLinkWorks();
            eventually(
                    "all are answered",
                    () -> streams.stream()
                                    .mapToInt(stream -> stream.answers.size())
                                    .sum()
                            == flood.size());
            assertThat(streams.stream()
                            .flatMap(stream -> stream.answers.stream())
                            .map(Siege::reason))
                    .allMatch(List.of("UNKNOWN_AGENT", "OVERLOADED")::contains);
        });
        assertSeen("mallory.example", "UNKNOWN_AGENT");
    }

    @Test
    void aFloodOfForgedMessagesEndsItsStreamsAndFillsNoLog() {
        SignedMessage forged = refusable().toBuilder()
                .setSignature(ByteString.copyFrom(new byte[64]))
                .build();
        movesNothingOfMallorys(() -> {
            for (int stream = 0; stream < 5; stream++) {
                try (Line line = mallory.call(beta);
                        Line.Stream flood = line.exchange()) {
                    for (int i = 0; i < 500 && flood.ended().isEmpty(); i++) {
                        flood.send(forged);
                    }
                    eventually("it is ended", () -> flood.ended().isPresent());
                    assertThat(flood.ended()).contains(Status.Code.RESOURCE_EXHAUSTED);
                }
            }
            theHonestLinkWorks();
        });
        assertSeen("mallory.example", "TOO_MUCH_REFUSED");
        assertThat(count("mallory.example", "BAD_SIGNATURE")).isGreaterThan(50);
        assertThat(said()).filteredOn(line -> line.contains("BAD_SIGNATURE")).hasSize(1);
    }

    @Test
    void whatIsTooLargeEndsItsStreamAndNothingIsUnpacked() {
        SignedMessage huge = SignedMessage.newBuilder()
                .setMessage(ByteString.copyFrom(new byte[8 << 20]))
                .build();
        movesNothing(() -> {
            isEnded(huge, CallOptions.DEFAULT);
            isEnded(huge, CallOptions.DEFAULT.withCompression("gzip"));
        });
        assertSeen("mallory.example", "MESSAGE_TOO_LARGE");
        assertSeen(STRANGER, "UNKNOWN_CALL");
    }

    private void isEnded(SignedMessage message, CallOptions options) {
        try (Line line = mallory.call(beta);
                Line.Stream stream = line.exchange(options)) {
            stream.compressed();
            stream.send(message);
            eventually("it is ended", () -> stream.ended().isPresent());
            assertThat(stream.ended().orElseThrow()).isNotEqualTo(Status.Code.OK);
        }
    }

    private void movesNothingOfMallorys(Runnable attack) {
        var before = mallorys();
        attack.run();
        assertThat(mallorys()).isEqualTo(before);
    }

    private List<String> mallorys() {
        return books().positions().stream()
                .filter(position -> position.contains("mallory"))
                .toList();
    }

    /// In order, and for nobody.
    private SignedMessage refusable() {
        return mallory.signed(mallory.credit(beta, new AgentId(UUID.randomUUID()), 1_000_000));
    }
}
