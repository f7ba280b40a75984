package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.federation.v1.SignedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final int WINDOW = 4;
    private static final Duration LONG = Duration.ofHours(1);

    private final Backlog backlog =
            new Backlog(new PumpSettings(WINDOW, Duration.ofSeconds(30), LONG, LONG, Duration.ofSeconds(5), LONG));

    @Test
    void whatIsPutOffIsNotTakenAgainHoweverMuchItIs() {
        List<OutgoingMessage> messages =
                Stream.generate(BacklogTest::message).limit(8 * WINDOW).toList();
        messages.forEach(message -> backlog.putOff(taken(message)));
        assertThat(messages).noneMatch(backlog::take);
        assertThat(backlog.size()).isEqualTo(messages.size());
    }

    @Test
    void nothingMoreIsTakenWhileTooMuchIsPutOff() {
        List<Dispatch> putOff = new ArrayList<>();
        for (int i = 0; i < 4 * WINDOW; i++) {
            assertThat(backlog.isLow()).isTrue();
            assertThat(backlog.isFull()).isFalse();
            putOff.add(taken(message()));
            backlog.putOff(putOff.getLast());
        }
        assertThat(backlog.isLow()).isFalse();
        assertThat(backlog.isFull()).isTrue();
        backlog.returnOverdue(System.nanoTime() + LONG.toNanos());
        putOff.forEach(dispatch -> {
            assertThat(backlog.deciding(dispatch)).isTrue();
            backlog.settled(dispatch, com.google.protobuf.ByteString.EMPTY);
        });
        assertThat(backlog.isLow()).isTrue();
        assertThat(backlog.isFull()).isFalse();
    }

    @Test
    void whatIsSetAsideMakesRoomAndMayComeBack() {
        List<OutgoingMessage> messages =
                Stream.generate(BacklogTest::message).limit(4 * WINDOW).toList();
        List<Dispatch> putOff = messages.stream().map(this::taken).toList();
        putOff.forEach(backlog::putOff);
        assertThat(backlog.isFull()).isTrue();
        putOff.forEach(backlog::forget);
        assertThat(backlog.isFull()).isFalse();
        assertThat(backlog.isLow()).isTrue();
        assertThat(backlog.size()).isZero();
        assertThat(messages).allMatch(backlog::take);
    }

    @Test
    void anOutcomeThatCouldNotBeStoredIsTakenAgainOnlyWhenItsTimeHasCome() {
        Dispatch dispatch = taken(message());
        dispatch.sentBefore = true;
        backlog.notStored(dispatch);
        assertThat(backlog.awaitingAnswer(dispatch.id())).isEmpty();
        assertThat(backlog.deciding(dispatch)).isFalse();
        assertThat(backlog.isAnswered(dispatch.id())).isTrue();
        backlog.returnOverdue(System.nanoTime() + LONG.toNanos());
        assertThat(backlog.awaitingAnswer(dispatch.id())).contains(dispatch);
        assertThat(backlog.deciding(dispatch)).isTrue();
    }

    private Dispatch taken(OutgoingMessage message) {
        assertThat(backlog.take(message)).isTrue();
        return backlog.next().orElseThrow();
    }

    private static OutgoingMessage message() {
        return new OutgoingMessage(UUID.randomUUID(), SignedMessage.getDefaultInstance());
    }
}
