package hanse.node.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimePageTest {
    @Test
    void readsBackAsItWasWritten() {
        TimePage page = new TimePage(Instant.parse("2026-07-01T12:00:00.123456Z"), UUID.randomUUID());
        assertThat(TimePage.read(page.token())).contains(page);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 253_402_300_800_000_000L, Long.MAX_VALUE})
    void refusesATimeThatNoPaymentHas(long micros) {
        byte[] bytes = ByteBuffer.allocate(24).putLong(micros).array();
        String token = Base64.getUrlEncoder().encodeToString(bytes);
        assertThatThrownBy(() -> TimePage.read(token))
                .isInstanceOf(RefusedException.class)
                .hasMessage("BAD_PAGE_TOKEN");
    }
}
