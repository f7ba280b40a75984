package hanse.node.ledger;

import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.Request;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A command that waits, and its answer.
final class Pending<R> {
    final Command<R> command;
    final Optional<Request> request;
    final CompletableFuture<R> answer = new CompletableFuture<>();

    Pending(Command<R> command) {
        this.command = command;
        this.request = command.call().map(Call::request);
    }

    /// Whether an agent, or a stranger, waits for it.
    boolean isAgents() {
        return request.isPresent() && !(request.get().caller() instanceof Caller.Operator);
    }
}
