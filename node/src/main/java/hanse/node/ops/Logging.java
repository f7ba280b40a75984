package hanse.node.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import hanse.node.config.NodeConfig.Log;
import org.slf4j.LoggerFactory;

/// Sets the log's form. It goes to standard error: what runs a process knows best where its log belongs.
///
/// Nothing here filters secrets, because none is ever given to a logger: tokens, keys and signatures are types whose
/// `toString` leaves them out, and the demo searches every log for every secret it has seen.
public final class Logging {
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{24} %replace([%mdc{trace_id}] ){'^\\[\\] $', ''}%msg%n%ex{20}";

    private Logging() {}

    /// Sets format and level for the whole process.
    public static void configure(Log log) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        Level level = Level.toLevel(log.level(), Level.INFO);
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        EncoderBase<ILoggingEvent> encoder = switch (log.format()) {
            case TEXT -> {
                PatternLayoutEncoder text = new PatternLayoutEncoder();
                text.setPattern(PATTERN);
                yield text;
            }
            case JSON -> {
                JsonEncoder json = new JsonEncoder();
                json.setWithFormattedMessage(true);
                json.setWithMessage(false);
                json.setWithArguments(false);
                json.setWithContext(false);
                json.setWithSequenceNumber(false);
                json.setWithNanoseconds(false);
                yield json;
            }
        };
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        root.addAppender(console);
        root.setLevel(level);
        // Libraries tell their own story at INFO; the operator asked for the node's.
        Level libraries = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
        for (String noisy : new String[] {
            "com.zaxxer.hikari",
            "org.flywaydb",
            "io.netty",
            "io.grpc",
            "org.jooq",
            "com.linecorp.armeria",
            "com.github.kagkarlsson"
        }) {
            context.getLogger(noisy).setLevel(libraries);
        }
    }

    /// For commands that talk to people: warnings only.
    public static void quiet() {
        configure(new Log(Log.Format.TEXT, "warn"));
    }
}
