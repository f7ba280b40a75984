package hanse.node.edge;

import java.time.Duration;

/// How large and how long a call may be.
///
/// @param requestBytes of a request message; more is refused with `BODY_TOO_LARGE`
/// @param callTime for a call with one answer, from its first header on; then it is refused with `DEADLINE_EXCEEDED`,
///     and the outcome of a change is unknown to its caller
public record EdgeLimits(int requestBytes, Duration callTime) {
    /// 1 MB, 30 s.
    public static EdgeLimits defaults() {
        return new EdgeLimits(1 << 20, Duration.ofSeconds(30));
    }
}
