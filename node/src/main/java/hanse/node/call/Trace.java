package hanse.node.call;

import java.util.HexFormat;
import java.util.function.LongSupplier;
import org.slf4j.MDC;

/// W3C trace context, `traceparent` version 00: a trace id that every log line and every call to a peer carries on.
public final class Trace {
    private static final int LENGTH = 55;
    private static final int ID_START = 3;
    private static final int ID_END = 35;
    private static final int FLAGS_START = 53;
    private static final String NO_TRACE = "0".repeat(ID_END - ID_START);
    private static final String MDC_KEY = "trace_id";
    private static final HexFormat HEX = HexFormat.of();

    private Trace() {}

    /// Goes on with the caller's trace in a span of our own, or begins a trace when the header is absent or unreadable.
    public static String next(String header, LongSupplier entropy) {
        if (isValid(header)) {
            return "00-" + header.substring(ID_START, ID_END) + "-" + span(entropy) + "-"
                    + header.substring(FLAGS_START);
        }
        return "00-" + HEX.toHexDigits(entropy.getAsLong()) + span(entropy) + "-" + span(entropy) + "-01";
    }

    /// The trace id of a `traceparent`: 32 hex digits.
    public static String id(String traceparent) {
        return traceparent.substring(ID_START, ID_END);
    }

    /// Until the scope is closed, log lines of this thread carry the trace id.
    public static Scope log(String traceparent) {
        MDC.put(MDC_KEY, id(traceparent));
        return () -> MDC.remove(MDC_KEY);
    }

    /// The time during which log lines carry a trace id.
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    private static String span(LongSupplier entropy) {
        // The lowest bit is set because an id of zeros is invalid.
        return HEX.toHexDigits(entropy.getAsLong() | 1);
    }

    /// Whether it is a `traceparent` of version 00.
    public static boolean isValid(String header) {
        if (header.length() != LENGTH || !header.startsWith("00-") || header.charAt(ID_END) != '-') {
            return false;
        }
        for (int i = ID_START; i < LENGTH; i++) {
            char c = header.charAt(i);
            boolean dash = i == ID_END || i == FLAGS_START - 1;
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (dash ? c != '-' : !hex) {
                return false;
            }
        }
        return !header.startsWith(NO_TRACE, ID_START);
    }
}
