package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Tx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who calls for the commands of a batch, and whether they still stand as they did when their signatures were checked:
/// agents by their accounts, which are locked with the batch's, operators by their rows, which are locked before.
final class Callers {
    private final Map<Caller.Operator, Optional<RefusedException>> operators = new HashMap<>();

    private Callers() {}

    /// To be called before anything else is locked.
    static Callers of(Tx tx, Outcomes.Standing<Caller.Operator> standing, List<Pending<?>> batch) {
        Callers callers = new Callers();
        for (Pending<?> pending : batch) {
            if (pending.request.isPresent() && pending.request.get().caller() instanceof Caller.Operator operator) {
                callers.operators.computeIfAbsent(operator, one -> fall(tx, standing, one));
            }
        }
        return callers;
    }

    private static Optional<RefusedException> fall(
            Tx tx, Outcomes.Standing<Caller.Operator> standing, Caller.Operator operator) {
        try {
            standing.require(tx, operator);
            return Optional.empty();
        } catch (RefusedException fallen) {
            return Optional.of(fallen);
        }
    }

    static void want(Wanted wanted, Caller caller) {
        if (caller instanceof Caller.Agent agent) {
            wanted.account(AccountId.of(agent.id()));
        }
    }

    /// Refuses with `UNKNOWN_CALLER`, `CALLER_SUSPENDED`, `CALLER_DEACTIVATED`, `KEY_CHANGED`.
    void require(Books books, Caller caller) {
        switch (caller) {
            case Caller.Agent agent -> {
                Account account = books.find(AccountId.of(agent.id()))
                        .orElseThrow(() -> new RefusedException(Reason.UNKNOWN_CALLER));
                Ledger.requireStanding(account, agent);
            }
            case Caller.Operator operator -> {
                Optional<RefusedException> fallen = operators.get(operator);
                if (fallen == null) {
                    throw new IllegalStateException("an operator was not asked for");
                }
                if (fallen.isPresent()) {
                    throw fallen.get();
                }
            }
            case Caller.Anyone _ -> {}
        }
    }
}
