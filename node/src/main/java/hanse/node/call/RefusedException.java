package hanse.node.call;

import hanse.error.v1.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// A call is refused for one of the closed list of reasons. Carries no text of its own: what a client sees is made from
/// the reason alone, so nothing internal can leak. Has no stack trace: a refusal is an answer, not a fault.
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient Optional<Duration> retryAfter;
    private final transient Map<String, String> violations;

    public RefusedException(Reason reason) {
        this(reason, Optional.empty(), Map.of());
    }

    private RefusedException(Reason reason, Optional<Duration> retryAfter, Map<String, String> violations) {
        super(reason.name(), null, false, false);
        this.reason = reason;
        this.retryAfter = retryAfter;
        this.violations = violations;
    }

    /// A refusal that ends by itself after `wait`.
    public static RefusedException retryAfter(Reason reason, Duration wait) {
        return new RefusedException(reason, Optional.of(wait), Map.of());
    }

    /// A request that breaks rules of its definition: field path → what is wrong with it.
    public static RefusedException invalid(Map<String, String> violations) {
        return new RefusedException(Reason.INVALID_ARGUMENT, Optional.empty(), Map.copyOf(violations));
    }

    public Reason reason() {
        return reason;
    }

    /// How long to wait before a repeat can succeed, where that is known.
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /// Field path → what is wrong with it; empty unless the reason is INVALID_ARGUMENT.
    public Map<String, String> violations() {
        return violations;
    }
}
