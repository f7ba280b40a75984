package hanse.node.federation;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.federation.Witness.Verdict;
import hanse.wire.journal.CheckpointText;
import hanse.wire.journal.CheckpointText.Head;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a peer's checkpoint says of the one before it.
final class WitnessTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant LATER = NOON.plus(Duration.ofMinutes(1));

    private final Witness kept =
            new Witness(checkpoint(5, head(1, 10, 40, 7), head(2, 3, 9, 8)), NOON, Optional.empty());

    @Test
    void isNewerWhereEveryLaneHasStayedOrGrown() {
        assertThat(judge(checkpoint(6, head(1, 11, 44, 1), head(2, 3, 9, 8)))).isEqualTo(new Verdict.Newer());
        assertThat(judge(checkpoint(9, head(1, 10, 40, 7), head(2, 4, 10, 1), head(3, 1, 1, 1))))
                .isEqualTo(new Verdict.Newer());
    }

    @Test
    void isKnownWhenItComesAgainOrTooLate() {
        assertThat(judge(kept.kept())).isEqualTo(new Verdict.Known());
        assertThat(kept.judge(checkpoint(4, head(1, 9, 39, 7), head(2, 3, 9, 8)), NOON.plusSeconds(9)))
                .isEqualTo(new Verdict.Known());
    }

    @Test
    void contradictsWhereTheJournalWasRolledBack() {
        assertThat(words(checkpoint(4, head(1, 9, 39, 7), head(2, 3, 9, 8)))).contains("rolled back");
        assertThat(words(checkpoint(6, head(1, 10, 39, 7), head(2, 3, 9, 8)))).contains("shrunk from 40 to 39");
        assertThat(words(checkpoint(6, head(1, 9, 44, 7), head(2, 3, 9, 8)))).contains("lane 1");
        assertThat(words(checkpoint(6, head(1, 11, 44, 7)))).contains("lane 2 is gone");
    }

    @Test
    void contradictsWhereThePastIsAnother() {
        assertThat(words(checkpoint(5, head(1, 11, 44, 7), head(2, 3, 9, 8)))).contains("two of its checkpoint 5");
        assertThat(words(checkpoint(6, head(1, 10, 40, 9), head(2, 3, 9, 8)))).contains("another head");
        assertThat(words(checkpoint(6, head(1, 10, 41, 7), head(2, 3, 9, 8)))).contains("another head");
        assertThat(words(checkpoint(6, head(1, 11, 40, 7), head(2, 3, 9, 8)))).contains("no more entries");
    }

    private Verdict judge(SealedCheckpoint offered) {
        return kept.judge(offered, LATER);
    }

    private String words(SealedCheckpoint offered) {
        return ((Verdict.Contradiction) judge(offered)).words();
    }

    private static SealedCheckpoint checkpoint(long number, Head... heads) {
        return SealedCheckpoint.of(
                new CheckpointText("beta.example", number, NOON, List.of(heads)).bytes(), new byte[64]);
    }

    private static Head head(int lane, long block, long entries, int hash) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) hash);
        return new Head(lane, block, entries, bytes);
    }
}
