package hanse.node.operator;

import hanse.node.call.AgentId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How often an agent was suspended for strikes since it was last reinstated, and who decided last.
///
/// @param by `limits`, or `operator:<name>`
public record Suspension(AgentId agent, int count, Instant at, String by, String note) {
    private static final Duration FIRST = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofHours(24);

    /// How long the latest suspension for strikes lasts: 1 h, then 24 h, then until an operator lifts it
    /// (spec/marketplace, Rate Limiting).
    Optional<Duration> length() {
        return switch (count) {
            case 1 -> Optional.of(FIRST);
            case 2 -> Optional.of(SECOND);
            default -> Optional.empty();
        };
    }
}
