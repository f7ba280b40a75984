package hanse.node.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How many commands may be under way, by what the writers got done.
final class BacklogTest {
    private final Backlog backlog = new Backlog(new GroupCommit.Settings(100, 5_000, Duration.ofMillis(50), true));
    private long now;

    @Test
    void asLongAsNothingIsKnownTheLongestQueueMayWait() {
        enter(4_999);
        assertThat(backlog.hasRoom()).isTrue();
        enter(1);
        assertThat(backlog.hasRoom()).isFalse();
    }

    @Test
    void asMuchAsTheWritersGetDoneInTheLongestWaitMayBeUnderWay() {
        full(100, 10);
        assertThat(backlog.limit()).isEqualTo(500);
        enter(499);
        assertThat(backlog.hasRoom()).isTrue();
        enter(1);
        assertThat(backlog.hasRoom()).isFalse();
        backlog.left();
        assertThat(backlog.hasRoom()).isTrue();
    }

    @Test
    void writersWhoWorkSideBySideAreAsFastAsBothTogether() {
        for (int i = 0; i < 50; i++) {
            backlog.foundFull();
            backlog.done(100, at(10 * i), at(10 * i + 20));
        }
        assertThat(backlog.limit())
                .as("each takes 20 ms, and every 10 ms one is done")
                .isBetween(490, 500);
    }

    @Test
    void oneBatchMayWaitHoweverSlowTheyAre() {
        full(100, 60_000);
        assertThat(backlog.limit()).isEqualTo(100);
    }

    @Test
    void ofTheLargestBatchesOnlyAPartMayWaitWhereTheyAreSlow() {
        Backlog large = new Backlog(new GroupCommit.Settings(8_192, 16_384, Duration.ofMillis(50), true));
        large.foundFull();
        large.done(8_192, at(0), at(60_000));
        assertThat(large.limit()).isEqualTo(512);
    }

    @Test
    void noMoreThanTheLongestQueueMayWaitHoweverFastTheyAre() {
        full(100, 0);
        full(100, 0);
        assertThat(backlog.limit()).isEqualTo(5_000);
    }

    @Test
    void aHitchIsForgottenWithinSomeBatches() {
        full(100, 10);
        full(100, 500);
        assertThat(backlog.limit()).as("100 in 108 ms").isEqualTo(100);
        for (int i = 0; i < 30; i++) {
            full(100, 10);
        }
        assertThat(backlog.limit()).isBetween(490, 500);
    }

    @Test
    void aBatchOfWritersWhoHadMoreTimeThanWorkTellsNothing() {
        full(100, 10);
        run(1, 10);
        assertThat(backlog.limit()).isEqualTo(500);
    }

    @Test
    void whoWasTurnedAwayTellsThatThereWasEnoughToDo() {
        full(100, 10);
        enter(500);
        assertThat(backlog.hasRoom()).isFalse();
        run(1_100, 10);
        assertThat(backlog.limit()).as("300 in 10 ms").isEqualTo(1_500);
    }

    private void full(int commands, long millis) {
        backlog.foundFull();
        run(commands, millis);
    }

    private void run(int commands, long millis) {
        long begun = at(now);
        now += millis;
        backlog.done(commands, begun, at(now));
    }

    private static long at(long millis) {
        return millis * 1_000_000;
    }

    private void enter(int commands) {
        for (int i = 0; i < commands; i++) {
            backlog.entered();
        }
    }
}
