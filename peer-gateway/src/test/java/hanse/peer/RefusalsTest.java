package hanse.peer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final Refusals refusals = new Refusals(now::get);
    private final List<String> said = new ArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            said.add(event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        logger().addAppender(appender);
        appender.start();
    }

    @AfterEach
    void stop() {
        logger().detachAppender(appender);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Refusals.class);
    }

    @Test
    void aFloodOfOneKindIsOneLineAMinuteAndEachIsCounted() {
        for (int i = 0; i < 1_000; i++) {
            refusals.add("a.example", "BAD_SIGNATURE", "once");
        }
        refusals.add("a.example", "OVERLOADED", "another kind");
        refusals.add("b.example", "BAD_SIGNATURE", "another peer");
        now.set(START.plus(Duration.ofSeconds(59)));
        refusals.add("a.example", "BAD_SIGNATURE", "too soon");
        now.set(START.plus(Duration.ofSeconds(60)));
        refusals.add("a.example", "BAD_SIGNATURE", "again");
        assertThat(said)
                .containsExactly(
                        "refused of a.example: BAD_SIGNATURE, once",
                        "refused of a.example: OVERLOADED, another kind",
                        "refused of b.example: BAD_SIGNATURE, another peer",
                        "refused of a.example: BAD_SIGNATURE, again; and 1000 more since this was last said");
        assertThat(refusals.of("a.example")).isEqualTo(Map.of("BAD_SIGNATURE", 1_002L, "OVERLOADED", 1L));
    }

    @Test
    void noLineIsLongOrHasCharactersThatDeceive() {
        refusals.add("a.example", "UNKNOWN_CALL", "x\r\n\u001b[2Jrefused of b.example\u202e" + "y".repeat(1_000));
        assertThat(said).singleElement().asString().matches("[\\x20-\\x7e]{1,300}");
    }

    @Test
    void whoeverListensHearsOfEach() {
        List<String> heard = new ArrayList<>();
        refusals.onEach((peer, reason) -> heard.add(peer + " " + reason));
        refusals.add("a.example", "OVERLOADED", "");
        refusals.add("a.example", "OVERLOADED", "");
        assertThat(heard).containsExactly("a.example OVERLOADED", "a.example OVERLOADED");
    }
}
