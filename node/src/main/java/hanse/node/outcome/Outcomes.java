package hanse.node.outcome;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.Request;
import hanse.node.storage.Database;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Runs cold operations: each in one transaction together with its remembered outcome. Hot ones go through
/// `GroupCommit`, which keeps the same promise.
public final class Outcomes {
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final int ATTEMPTS = 3;

    /// The same request may be in flight elsewhere; its caller is better told so than left waiting.
    private static final Duration WAIT_FOR_THE_SAME = Duration.ofSeconds(3);

    private static final Duration WAIT_FOR_OTHERS = Duration.ofSeconds(15);

    private final Database database;
    private final OutcomeStore store;
    private final Standing<Caller.Agent> agents;
    private final Standing<Caller.Operator> operators;

    /// Whether a caller still stands as it did when its signature was checked.
    public interface Standing<C extends Caller> {
        /// Locks what the caller stands on, and refuses when its key or standing has changed since.
        void require(Tx tx, C caller);
    }

    public Outcomes(
            Database database, OutcomeStore store, Standing<Caller.Agent> agents, Standing<Caller.Operator> operators) {
        this.database = database;
        this.store = store;
        this.agents = agents;
        this.operators = operators;
    }

    /// Runs `work` once, ever, for the call's request. Refuses with `REQUEST_ID_REUSED`, `REQUEST_IN_FLIGHT`,
    /// `SIGNATURE_REPLAYED`, and with whatever `work` refuses with, which is remembered as well.
    public <T extends Message> T run(Call call, Parser<T> parser, Function<Tx, T> work) {
        return run(call, parser, work, UnaryOperator.identity());
    }

    /// The same for an answer that holds a secret: `withoutSecret` makes what is remembered and replayed.
    public <T extends Message> T run(
            Call call, Parser<T> parser, Function<Tx, T> work, UnaryOperator<T> withoutSecret) {
        for (int attempt = 1; ; attempt++) {
            try {
                Done<T> done = database.write(tx -> attempt(tx, call, parser, work, withoutSecret));
                if (done.replayed()) {
                    call.markReplayed();
                }
                return done.answerOrRefuse();
            } catch (org.jooq.exception.DataAccessException e) {
                if (Database.sqlState(e).filter(LOCK_NOT_AVAILABLE::equals).isPresent()) {
                    throw new RefusedException(Reason.REQUEST_IN_FLIGHT);
                }
                // A commit whose answer was lost: asking again finds the outcome if there is one, under the same
                // execution.
                if (attempt == ATTEMPTS || !Database.lostConnection(e)) {
                    throw e;
                }
            }
        }
    }

    private <T extends Message> Done<T> attempt(
            Tx tx, Call call, Parser<T> parser, Function<Tx, T> work, UnaryOperator<T> withoutSecret) {
        Request request = call.request();
        store.waitAtMost(tx, WAIT_FOR_THE_SAME);
        Remembered claim = new Remembered(
                request.key(), request.digest(), request.signature(), request.execution(), Optional.empty());
        if (!store.claim(tx, claim)) {
            return repeat(tx, request, parser);
        }
        store.waitAtMost(tx, WAIT_FOR_OTHERS);
        // A signature that the request id is not part of must be used up beside it.
        if (request.signature().isPresent()
                && !request.signature().get().equals(request.key())
                && !request.idIsSigned()
                && !store.claim(
                        tx, Remembered.signature(request, request.signature().get()))) {
            throw new RefusedException(Reason.SIGNATURE_REPLAYED);
        }
        requireStanding(tx, request.caller());
        try {
            T answer = tx.orTakeBack(() -> work.apply(tx));
            store.finish(
                    tx, Remembered.answer(request, withoutSecret.apply(answer).toByteArray()));
            return new Done<>(Optional.of(answer), Optional.empty(), false);
        } catch (RefusedException refused) {
            store.finish(tx, Remembered.refusal(request, refused.reason()));
            return new Done<>(Optional.empty(), Optional.of(refused), false);
        }
    }

    private void requireStanding(Tx tx, Caller caller) {
        switch (caller) {
            case Caller.Agent agent -> agents.require(tx, agent);
            case Caller.Operator operator -> operators.require(tx, operator);
            case Caller.Anyone _ -> {}
        }
    }

    private <T extends Message> Done<T> repeat(Tx tx, Request request, Parser<T> parser) {
        Map<UUID, Remembered> found = store.find(tx, List.of(request.key()));
        Remembered remembered = found.get(request.key());
        if (remembered == null) {
            throw new RefusedException(Reason.REQUEST_IN_FLIGHT);
        }
        boolean own = remembered.isOwn(request);
        if (!own) {
            useUp(tx, List.of(request));
            store.waitAtMost(tx, WAIT_FOR_OTHERS);
            requireStanding(tx, request.caller());
        }
        try {
            T answer = Remembered.read(parser, remembered.answerOrRefuse());
            return new Done<>(Optional.of(answer), Optional.empty(), !own);
        } catch (RefusedException refused) {
            return new Done<>(Optional.empty(), Optional.of(refused), !own);
        }
    }

    /// Uses up the signatures of requests that are answered from memory, so that whoever overhears one learns nothing
    /// by sending it again. Refuses with `SIGNATURE_REPLAYED`.
    void useUp(Tx tx, Collection<Request> requests) {
        for (Request request : requests) {
            Optional<UUID> signature = request.signature();
            if (signature.isPresent() && !store.claim(tx, Remembered.signature(request, signature.get()))) {
                // Ours, when only the answer of a commit was lost.
                Remembered used = store.find(tx, List.of(signature.get())).get(signature.get());
                if (used == null || used.execution() != request.execution()) {
                    throw new RefusedException(Reason.SIGNATURE_REPLAYED);
                }
            }
        }
    }

    private record Done<T>(Optional<T> answer, Optional<RefusedException> refusal, boolean replayed) {
        T answerOrRefuse() {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            return answer.orElseThrow();
        }
    }
}
