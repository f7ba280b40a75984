package hanse.node.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hanse.node.call.RefusedException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentPageTest {
    @Test
    void readsBackAsItWasWritten() {
        PaymentPage page = new PaymentPage(Instant.parse("2026-07-01T12:00:00.123456Z"), UUID.randomUUID());
        assertThat(PaymentPage.parse(page.token())).isEqualTo(page);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 253_402_300_800_000_000L, Long.MAX_VALUE})
    void refusesATimeThatNoPaymentHas(long micros) {
        byte[] bytes = ByteBuffer.allocate(24).putLong(micros).array();
        String token = Base64.getUrlEncoder().encodeToString(bytes);
        assertThatThrownBy(() -> PaymentPage.parse(token))
                .isInstanceOf(RefusedException.class)
                .hasMessage("BAD_PAGE_TOKEN");
    }
}
