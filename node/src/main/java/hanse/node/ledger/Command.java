package hanse.node.ledger;

import hanse.node.call.Call;
import java.util.Optional;

/// One operation that runs in a batch with others. Says what it needs before anything is locked, then decides in
/// memory.
/// A command is run again from the start when its batch is repeated, so it keeps no state of its own between the steps.
public interface Command<R> {
    /// The call that asks for it, whose outcome is remembered; empty for work of the node itself, which must be
    /// recognised by the state of its rows when it is repeated.
    Optional<Call> call();

    /// Asks for the domain rows it needs.
    default void rows(Rows rows) {}

    /// Asks for the accounts it needs; its rows are locked by now. The caller's own account is asked for anyway.
    void accounts(Rows rows, Wanted wanted);

    /// Decides: changes the books and answers, or refuses by a [hanse.node.call.RefusedException] before it has changed
    /// anything.
    R decide(Books books);

    /// The answer as it is remembered; without secrets. Never asked of a command without a call.
    byte[] remember(R answer);

    /// The answer that [#remember] wrote.
    R recall(byte[] remembered);
}
