package hanse.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimestampsTest {
    @Test
    void writesMicrosecondsInUtc() {
        assertThat(new Timestamps(InstantSource.fixed(Instant.parse("2026-11-21T09:30:00.000001999Z"))).next())
                .isEqualTo("2026-11-21T09:30:00.000001Z");
        assertThat(new Timestamps(InstantSource.fixed(Instant.parse("2026-01-01T00:00:59.9Z"))).next())
                .isEqualTo("2026-01-01T00:00:59.900000Z");
    }

    @Test
    void risesWhileTheClockStandsStillAndWhenItStepsBack() {
        Instant[] now = {Instant.parse("2026-11-21T09:30:00.999999Z")};
        Timestamps timestamps = new Timestamps(() -> now[0]);
        assertThat(timestamps.next()).isEqualTo("2026-11-21T09:30:00.999999Z");
        assertThat(timestamps.next()).isEqualTo("2026-11-21T09:30:01.000000Z");
        now[0] = now[0].minusSeconds(60);
        assertThat(timestamps.next()).isEqualTo("2026-11-21T09:30:01.000001Z");
    }

    @Test
    void neverGivesTheSameTwiceToManyThreads() {
        Timestamps timestamps = new Timestamps(InstantSource.system());
        Set<String> given = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 20_000).parallel().forEach(i -> given.add(timestamps.next()));
        assertThat(given)
                .hasSize(20_000)
                .allSatisfy(text -> assertThat(Instant.parse(text)).isNotNull());
    }
}
