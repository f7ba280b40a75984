package hanse.bridge;

import hanse.error.v1.Reason;
import java.util.List;

/// The bridge itself refuses a request, before the node hears of it: nothing was done.
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private RefusedException(Problem problem) {
        super(problem.reason(), null, false, false);
        this.problem = problem;
    }

    static RefusedException because(Reason reason) {
        return new RefusedException(Problem.of(reason));
    }

    /// @param detail for the caller; may name what the caller sent, never what the bridge holds
    static RefusedException because(Reason reason, String detail) {
        return new RefusedException(Problem.of(reason).withDetail(detail));
    }

    static RefusedException field(Reason reason, String field, String description) {
        return new RefusedException(Problem.of(reason)
                .withDetail(field + ": " + description)
                .withViolations(List.of(new Problem.Violation(field, description))));
    }

    Problem problem() {
        return problem;
    }
}
