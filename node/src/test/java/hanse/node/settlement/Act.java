package hanse.node.settlement;

import hanse.node.federation.TestNode;
import hanse.node.testing.Asked;
import hanse.node.testing.FaultySource.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Something that is asked for, and what follows from its answer.
final class Act<T> {
    private final String what;
    private final Supplier<CompletableFuture<T>> ask;
    private final Consumer<Asked<T>> then;
    private Optional<CompletableFuture<T>> answer = Optional.empty();

    Act(String what, Supplier<CompletableFuture<T>> ask, Consumer<Asked<T>> then) {
        this.what = what;
        this.ask = ask;
        this.then = then;
    }

    /// Something that is not waited for: it ends later, if at all.
    static Act<Boolean> begun(String what, Supplier<CompletableFuture<?>> ask) {
        return new Act<>(
                what,
                () -> {
                    var unused = ask.get();
                    return CompletableFuture.completedFuture(true);
                },
                done -> {});
    }

    /// The same request once more.
    Act<T> again() {
        return new Act<>(what + ", again", ask, done -> {});
    }

    /// Has these decided by a registry in one batch, in this order. What is not decided in batches comes before it.
    ///
    /// @return what was done, and what came of it
    static List<String> together(TestNode node, Optional<Fault> fault, List<? extends Act<?>> acts) {
        List<Supplier<CompletableFuture<?>>> asked = new ArrayList<>();
        acts.forEach(act -> asked.add(act::begin));
        node.inOneBatch(fault, asked);
        return acts.stream().map(Act::end).toList();
    }

    CompletableFuture<T> begin() {
        CompletableFuture<T> begun = ask.get();
        answer = Optional.of(begun);
        return begun;
    }

    String end() {
        Asked<T> end = Asked.of(answer.orElseThrow());
        then.accept(end);
        return what + ": " + end.refusal().map(Enum::name).orElse("done");
    }

    /// Does it at once, by itself.
    ///
    /// @return what was done, and what came of it
    String alone(TestNode node, Optional<Fault> fault) {
        if (fault.isPresent()) {
            node.failing(fault.get(), () -> Asked.of(begin()));
        } else {
            var unused = begin();
        }
        return end();
    }
}
