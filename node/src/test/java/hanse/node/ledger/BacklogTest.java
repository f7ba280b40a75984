package hanse.node.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How many commands may wait, by what the writers got done.
final class BacklogTest {
    private static final long MILLISECOND = 1_000_000;

    private final Backlog backlog = new Backlog(new GroupCommit.Settings(100, 5_000, Duration.ofMillis(50), true), 2);

    @Test
    void asLongAsNothingIsKnownTheLongestQueueMayWait() {
        assertThat(backlog.hasRoom(4_999)).isTrue();
        assertThat(backlog.hasRoom(5_000)).isFalse();
    }

    @Test
    void whatTheWritersGetDoneInTheLongestWaitMayWait() {
        backlog.done(0, 100, 10 * MILLISECOND);
        assertThat(backlog.limit()).as("the other is taken for as fast").isEqualTo(1_000);
        backlog.done(1, 100, 20 * MILLISECOND);
        assertThat(backlog.limit()).isEqualTo(750);
        assertThat(backlog.hasRoom(749)).isTrue();
        assertThat(backlog.hasRoom(750)).isFalse();
    }

    @Test
    void oneBatchMayWaitHoweverSlowTheyAre() {
        backlog.done(0, 100, 60_000 * MILLISECOND);
        assertThat(backlog.limit()).isEqualTo(100);
    }

    @Test
    void noMoreThanTheLongestQueueMayWaitHoweverFastTheyAre() {
        backlog.done(0, 100, 1);
        backlog.done(0, 100, 0);
        assertThat(backlog.limit()).isEqualTo(5_000);
    }

    @Test
    void aHitchIsForgottenWithinAFewBatches() {
        backlog.done(0, 100, 10 * MILLISECOND);
        backlog.done(0, 100, 2_000 * MILLISECOND);
        assertThat(backlog.limit()).isBetween(700, 710);
        for (int i = 0; i < 10; i++) {
            backlog.done(0, 100, 10 * MILLISECOND);
        }
        assertThat(backlog.limit()).isBetween(980, 1_000);
    }
}
