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
    private final CompletableFuture<R> answer = new CompletableFuture<>();
    private final Runnable done;
    private boolean isDone;

    /// @param done runs once there is an answer, before anybody learns it
    Pending(Command<R> command, Runnable done) {
        this.command = command;
        this.request = command.call().map(Call::request);
        this.done = done;
    }

    /// Ends with what [#answer] or [#fail] say first.
    CompletableFuture<R> future() {
        return answer;
    }

    void answer(R result) {
        end();
        answer.complete(result);
    }

    void fail(Throwable failure) {
        end();
        answer.completeExceptionally(failure);
    }

    private void end() {
        if (!isDone) {
            isDone = true;
            done.run();
        }
    }

    /// Whether an agent, or a stranger, waits for it.
    boolean isAgents() {
        return request.isPresent() && !(request.get().caller() instanceof Caller.Operator);
    }
}
