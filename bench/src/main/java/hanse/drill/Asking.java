package hanse.drill;

import hanse.error.v1.Reason;
import hanse.sdk.HanseException;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// How clients ask: again under the same request id until there is an answer; some give up meanwhile, and ask when
/// all is well again. What they were told is kept with the deed.
final class Asking {
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int GIVES_UP_ONE_IN = 40;
    private static final int SOME = 20;

    private final Faults faults;
    private final Map<String, LongAdder> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> arrived = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> unanswered = new ConcurrentHashMap<>();
    private final LongAdder all = new LongAdder();
    private final LongAdder onItsWay = new LongAdder();
    private final LongAdder confirmed = new LongAdder();
    private volatile boolean patient;

    /// A client has given up for now: nobody knows what has become of its request.
    static final class SetAside extends Exception {
        private static final long serialVersionUID = 1L;

        SetAside() {
            super(null, null, false, false);
        }
    }

    Asking(Faults faults) {
        this.faults = faults;
    }

    /// From now on nobody gives up.
    void bePatient() {
        patient = true;
    }

    /// Asks until there is an answer.
    ///
    /// @param identity what must be the same whenever this is asked
    <R> R ask(Deed deed, String step, Party who, Function<Channel, R> call, Function<R, String> identity)
            throws InterruptedException, SetAside {
        R answer = answer(who, call, false);
        if (deed.answer(step).isPresent()) {
            confirmed.increment();
        } else {
            all.increment();
            acknowledged
                    .computeIfAbsent(who.registry(), first -> new LongAdder())
                    .increment();
        }
        same(deed, step, identity.apply(answer));
        return answer;
    }

    /// Reads until what is asked for is there.
    void awaitAnswer(Party who, Function<Channel, ?> read) throws InterruptedException, SetAside {
        var unused = answer(who, read, true);
    }

    private <R> R answer(Party who, Function<Channel, R> call, boolean untilItIsThere)
            throws InterruptedException, SetAside {
        while (true) {
            try {
                return call.apply(who.channel(ThreadLocalRandom.current().nextInt(1 << 16)));
            } catch (StatusRuntimeException e) {
                HanseException failure = HanseException.of(e);
                boolean notYet = untilItIsThere && failure.code() == Status.Code.NOT_FOUND;
                if (!notYet) {
                    requireUndecided(failure);
                    if (!patient && ThreadLocalRandom.current().nextInt(GIVES_UP_ONE_IN) == 0) {
                        throw new SetAside();
                    }
                }
                Duration pause = failure.retryAfter().orElse(PAUSE);
                Thread.sleep(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
            }
        }
    }

    private void requireUndecided(HanseException failure) {
        boolean undecided = failure.outcomeUnknown()
                || switch (failure.code()) {
                    case RESOURCE_EXHAUSTED -> true;
                    case UNAUTHENTICATED ->
                        failure.reason() == Reason.SIGNATURE_STALE || failure.reason() == Reason.SIGNATURE_FROM_FUTURE;
                    default -> false;
                };
        if (!undecided) {
            throw failure;
        }
        String told = failure.reason() == Reason.REASON_UNSPECIFIED
                ? failure.code().name()
                : failure.code() + " " + failure.reason();
        unanswered.computeIfAbsent(told, first -> new LongAdder()).increment();
    }

    /// That is what `deed` was told at that step, and must be whenever it is asked.
    void same(Deed deed, String step, String answer) {
        deed.told(step, answer)
                .ifPresent(first -> wrong(deed, "was told " + first + " at " + step + ", and then " + answer));
    }

    void wrong(Deed deed, String what) {
        faults.add(what + ": " + deed);
    }

    /// A transfer from there has arrived at a peer.
    void arrived(String registry) {
        arrived.computeIfAbsent(registry, first -> new LongAdder()).increment();
    }

    void onItsWay() {
        onItsWay.increment();
    }

    /// Calls that were acknowledged.
    long acknowledged() {
        return all.sum();
    }

    /// Calls that a registry has acknowledged.
    long acknowledgedBy(String registry) {
        return acknowledged.getOrDefault(registry, new LongAdder()).sum();
    }

    /// Whether a registry has acknowledged twenty calls more than by now.
    Callable<Boolean> twentyMoreBy(String registry) {
        long enough = acknowledgedBy(registry) + SOME;
        return () -> acknowledgedBy(registry) >= enough;
    }

    /// Transfers of which agents of a registry were told that they have arrived.
    long arrivedFrom(String registry) {
        return arrived.getOrDefault(registry, new LongAdder()).sum();
    }

    /// Transfers that were acknowledged before they had arrived.
    long leftOnTheirWay() {
        return onItsWay.sum();
    }

    /// Calls that were asked again after they had been acknowledged.
    long confirmed() {
        return confirmed.sum();
    }

    /// How often nobody could say what had become of a call, by what the client saw.
    Map<String, Long> unanswered() {
        Map<String, Long> sums = new TreeMap<>();
        unanswered.forEach((told, count) -> sums.put(told, count.sum()));
        return sums;
    }
}
