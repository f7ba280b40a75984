package hanse.node.edge;

import java.time.Duration;

/// How large and how long a call may be.
///
/// @param requestBytes of a request message; more is refused with `BODY_TOO_LARGE`
/// @param callTime for a call with one answer, from its first header on; then it is refused with `DEADLINE_EXCEEDED`,
///     and the outcome of a change is unknown to its caller. A stream's request must be complete by then
/// @param lookUps callers that the database is asked for at the same time; more are refused with `OVERLOADED`
public record EdgeLimits(int requestBytes, Duration callTime, int lookUps) {
    /// 1 MB, 30 s, 1,024.
    public static EdgeLimits defaults() {
        return new EdgeLimits(1 << 20, Duration.ofSeconds(30), 1_024);
    }
}
