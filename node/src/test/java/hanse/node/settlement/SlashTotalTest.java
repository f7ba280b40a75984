package hanse.node.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import hanse.node.call.RegistryId;
import hanse.node.ledger.Avt;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/// The level of a rolling cap, over time.
class SlashTotalTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);
    private static final long CAP = 10_000_000;

    private static SlashTotal full() {
        return SlashTotal.none(SlashTotal.Key.peer(new RegistryId("alpha.example")), NOW)
                .plus(CAP, NOW);
    }

    @Test
    void fallsEvenlyToNothingWithinAWeek() {
        assertThat(full().fallen(CAP, NOW).level()).isEqualTo(CAP);
        assertThat(full().fallen(CAP, NOW.plus(WEEK.dividedBy(10))).level()).isEqualTo(9 * CAP / 10);
        assertThat(full().fallen(CAP, NOW.plus(WEEK.dividedBy(2))).level()).isEqualTo(CAP / 2);
        assertThat(full().fallen(CAP, NOW.plus(WEEK)).level()).isZero();
        assertThat(full().fallen(CAP, NOW.plus(WEEK.multipliedBy(100))).level()).isZero();
    }

    @Test
    void neverRisesWhenAClockGoesBack() {
        assertThat(full().fallen(CAP, NOW.minus(WEEK)).level()).isEqualTo(CAP);
    }

    @Test
    void fallsNotAtAllWhereTheCapIsNothing() {
        assertThat(full().fallen(0, NOW.plus(WEEK)).level()).isEqualTo(CAP);
    }

    @Test
    void canBeAsLargeAsAnyThresholdAllows() {
        long cap = Avt.MAX.micros() * 10;
        SlashTotal most = full().plus(cap - CAP, NOW);
        assertThat(most.fallen(cap, NOW.plus(WEEK.dividedBy(2))).level()).isEqualTo(cap / 2);
    }

    /// Whoever looks in between makes it fall no faster, and by no more than a micro a look slower.
    @Property(tries = 200)
    void fallsAlikeHoweverOftenItIsLookedAt(
            @ForAll @LongRange(min = 0, max = 604_800) long first,
            @ForAll @LongRange(min = 0, max = 604_800) long then) {
        Instant between = NOW.plusSeconds(first);
        Instant end = between.plusSeconds(then);
        SlashTotal seen = full().fallen(CAP, between).plus(0, between);
        assertThat(seen.fallen(CAP, end).level())
                .isBetween(
                        full().fallen(CAP, end).level(), full().fallen(CAP, end).level() + 1);
    }
}
