package hanse.simulation;

import hanse.error.v1.Reason;
import hanse.node.call.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Something that a client wants done once, however often it has to ask.
///
/// @param <A> what is answered
final class Operation<A> {
    /// Some minutes less than registries remember requests, because clocks are wrong.
    private static final Duration REMEMBERED = Duration.ofDays(7).minusHours(1);

    /// What the client knows of it.
    enum State {
        /// It has not been asked for, or nothing has been answered: it may have been done.
        OPEN,
        DONE,
        REFUSED
    }

    final String what;
    final House house;

    /// Whether it is decided in a batch with others.
    final boolean hot;

    private final Supplier<CompletableFuture<A>> ask;
    private final Function<A, String> name;
    private final Consumer<A> then;
    private Optional<CompletableFuture<A>> asked = Optional.empty();
    private Optional<String> answered = Optional.empty();
    private Optional<Instant> first = Optional.empty();
    private State state = State.OPEN;
    private boolean isBinding;

    /// @param name what must be the same in every answer to it
    /// @param then done at its first answer
    Operation(
            String what,
            House house,
            boolean hot,
            Supplier<CompletableFuture<A>> ask,
            Function<A, String> name,
            Consumer<A> then) {
        this.what = what;
        this.house = house;
        this.hot = hot;
        this.ask = ask;
        this.name = name;
        this.then = then;
    }

    /// Whether its registry may have forgotten that it was asked for: whoever repeats it then asks for it anew.
    boolean isForgotten(Instant now) {
        return first.filter(moment -> moment.plus(REMEMBERED).isBefore(now)).isPresent();
    }

    /// Its first answer says for good what has become of it: it does not wait for a peer's.
    void bind() {
        isBinding = true;
    }

    State state() {
        return state;
    }

    /// Asks for it, once more if need be.
    void begin() {
        first = first.or(() -> Optional.of(house.clock.instant()));
        try {
            asked = Optional.of(ask.get());
        } catch (RefusedException refused) {
            asked = Optional.of(CompletableFuture.failedFuture(refused));
        }
    }

    /// Takes what has been answered by now.
    ///
    /// @param wait whether to wait for it
    /// @return what came of it, in a word
    String end(boolean wait) {
        CompletableFuture<A> answer = asked.orElseThrow();
        asked = Optional.empty();
        if (!wait && !answer.isDone()) {
            return "no answer";
        }
        try {
            A given = answer.join();
            String named = name.apply(given);
            if (answered.isEmpty()) {
                if (state == State.REFUSED && isBinding) {
                    throw new Violation("what was refused for good is done: " + what);
                }
                answered = Optional.of(named);
                state = State.DONE;
                then.accept(given);
            } else if (!answered.get().equals(named)) {
                throw new Violation(
                        "what was answered with " + answered.get() + " is answered with " + named + ": " + what);
            }
            return "done";
        } catch (CompletionException failure) {
            return refused(Objects.requireNonNull(failure.getCause()));
        }
    }

    private String refused(Throwable cause) {
        if (cause instanceof RefusedException refused) {
            if (!isPassing(refused.reason())) {
                if (state == State.DONE && isBinding) {
                    throw new Violation("what was done is refused with " + refused.reason() + ": " + what);
                }
                state = state == State.DONE ? State.DONE : State.REFUSED;
            }
            return refused.reason().name();
        }
        if (cause instanceof Mortality.Killed) {
            return "no answer";
        }
        throw new Violation("nobody foresaw how this ends: " + what, cause);
    }

    /// Whether a refusal says nothing of what is asked for, or is not remembered.
    private static boolean isPassing(Reason reason) {
        return switch (reason) {
            case UNAVAILABLE, OVERLOADED, PEER_UNREACHABLE, SHUTTING_DOWN, SIGNATURE_REPLAYED -> true;
            default -> false;
        };
    }
}
