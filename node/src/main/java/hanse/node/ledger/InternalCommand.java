package hanse.node.ledger;

import hanse.node.call.Call;
import java.util.Optional;

/// A command that no caller asked for, such as a sweep or what follows from a peer's message: there is no outcome to
/// remember, and a repeat is recognised by the state of its rows.
public interface InternalCommand<R> extends Command<R> {
    @Override
    default Optional<Call> call() {
        return Optional.empty();
    }

    @Override
    default byte[] remember(R answer) {
        throw new IllegalStateException("nobody called for it");
    }

    @Override
    default R recall(byte[] remembered) {
        throw new IllegalStateException("nobody called for it");
    }
}
