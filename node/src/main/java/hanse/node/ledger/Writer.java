package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.Call;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.call.Request;
import hanse.node.outcome.OutcomeStore;
import hanse.node.outcome.Outcomes;
import hanse.node.outcome.Remembered;
import hanse.node.storage.Database;
import hanse.node.storage.Pipeline;
import hanse.node.storage.Tx;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs batches in one lane over one connection of its own, one transaction each: lock the domain rows, then the
/// accounts, read the remembered outcomes (a caller's own account is always locked, so no other transaction can be
/// running the same request), lock the lane, decide every command in order of arrival, write with one statement per
/// table, commit, answer. Locks and reads are one round trip, writes another.
///
/// A command that is refused is refused alone. When PostgreSQL asks for a repeat or the connection is lost the whole
/// batch is repeated; any other failure splits it until the poisonous command stands alone.
final class Writer {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int ATTEMPTS = 12;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);

    private final Database database;
    private final int lane;
    private final Outcomes.Standing<Caller.Operator> operators;
    private final CommitMeters meters;
    private final LedgerStore ledger = new LedgerStore();
    private final OutcomeStore outcomes = new OutcomeStore();
    private final Chain chain = new Chain();
    private Optional<Connection> connection = Optional.empty();

    Writer(Database database, int lane, Outcomes.Standing<Caller.Operator> operators, CommitMeters meters) {
        this.database = database;
        this.lane = lane;
        this.operators = operators;
        this.meters = meters;
    }

    /// Runs a batch until every command in it has its verdict.
    ///
    /// @param decided runs when nothing is left but to commit, and after a failure; perhaps several times
    void run(List<Pending<?>> batch, Runnable decided) {
        for (int attempt = 1; ; attempt++) {
            try {
                Timer.Sample sample = Timer.start();
                commit(batch, decided);
                meters.batchSize().record(batch.size());
                sample.stop(meters.batchTime());
                return;
            } catch (SQLException | RuntimeException e) {
                decided.run();
                boolean lost = Database.lostConnection(e) || connection.isEmpty();
                if (lost) {
                    disconnect();
                }
                // Another process has just answered one of these requests; its outcome is there now.
                boolean raced = attempt == 1 && Database.isDuplicate(e);
                if (lost || raced || Database.asksForRepeat(e)) {
                    if (attempt < ATTEMPTS) {
                        LOG.warn("repeating a batch of {} in lane {}: {}", batch.size(), lane, e.toString());
                        pause(attempt);
                        continue;
                    }
                    LOG.error("giving up a batch of {} in lane {}", batch.size(), lane, e);
                    fail(batch, new RefusedException(Reason.UNAVAILABLE));
                    return;
                }
                if (batch.size() == 1) {
                    LOG.error("a command failed: {}", batch.getFirst().command, e);
                    fail(batch, e);
                    return;
                }
                LOG.warn("splitting a batch of {} in lane {}: {}", batch.size(), lane, e.toString());
                int middle = batch.size() / 2;
                run(List.copyOf(batch.subList(0, middle)), decided);
                run(List.copyOf(batch.subList(middle, batch.size())), decided);
                return;
            }
        }
    }

    private void commit(List<Pending<?>> batch, Runnable decided) throws SQLException {
        if (connection.isEmpty()) {
            connection = Optional.of(database.connect());
        }
        database.inTransaction(
                connection.get(),
                tx -> {
                    var verdicts = decide(tx, batch);
                    decided.run();
                    return verdicts;
                },
                commit -> meters.commitTime().record(commit));
    }

    private Map<Pending<?>, Verdict> decide(Tx tx, List<Pending<?>> batch) {
        Map<Pending<?>, Verdict> verdicts = LinkedHashMap.newLinkedHashMap(batch.size());
        tx.afterCommit(() -> verdicts.forEach((pending, verdict) -> tell(pending, verdict, verdicts)));
        List<Pending<?>> distinct = join(batch, verdicts);
        Callers callers = Callers.of(tx, operators, batch);

        Rows rows = new Rows();
        distinct.forEach(pending -> pending.command.rows(rows));
        rows.lock(tx);

        Wanted wanted = new Wanted(lane);
        for (Pending<?> pending : distinct) {
            pending.command.accounts(rows, wanted);
            pending.request.map(Request::caller).ifPresent(caller -> Callers.want(wanted, caller));
        }

        Set<UUID> keys = new HashSet<>();
        for (Pending<?> pending : distinct) {
            pending.request.ifPresent(request -> keysOf(request, keys));
        }
        for (Verdict verdict : verdicts.values()) {
            if (verdict instanceof Verdict.Joined joined) {
                joined.request().signature().ifPresent(keys::add);
            }
        }

        LedgerStore.Locked locked = new LedgerStore.Locked();
        Map<UUID, Remembered> remembered = new HashMap<>();
        Pipeline locks = tx.pipeline();
        ledger.lockAccounts(locks, wanted.ids, locked);
        outcomes.find(locks, keys, remembered);
        ledger.lockLane(locks, lane, locked);
        locks.run();
        ledger.makeMissing(tx, wanted, locked);

        Books books = new Books(tx, lane, locked.head().number(), rows, locked.accounts);
        List<Remembered> toRemember = new ArrayList<>();
        for (Pending<?> pending : distinct) {
            verdicts.put(pending, verdict(tx, pending, callers, books, remembered, toRemember));
        }
        // Where the first of a kind is turned away, the next one is decided, and the others join that.
        Map<Pending<?>, Pending<?>> insteadOf = new HashMap<>();
        for (Pending<?> pending : batch) {
            if (verdicts.get(pending) instanceof Verdict.Joined(Pending<?> first, Request request)) {
                Verdict.Joined joined = new Verdict.Joined(insteadOf.getOrDefault(first, first), request);
                Verdict verdict = verdict(tx, pending, joined, verdicts, callers, books, remembered, toRemember);
                verdicts.put(pending, verdict);
                if (verdict instanceof Verdict.Answered || verdict instanceof Verdict.Refused) {
                    insteadOf.put(first, pending);
                }
            }
        }
        Pipeline writes = tx.pipeline();
        rows.write(writes);
        ledger.write(writes, books.changed(), books.entries(), locked.head(), chain);
        outcomes.insert(writes, toRemember);
        writes.run();
        return verdicts;
    }

    /// Lets repeats within the batch join the first of their kind.
    private List<Pending<?>> join(List<Pending<?>> batch, Map<Pending<?>, Verdict> verdicts) {
        List<Pending<?>> distinct = new ArrayList<>(batch.size());
        Map<UUID, Pending<?>> byKey = new HashMap<>();
        Set<UUID> signatures = new HashSet<>();
        for (Pending<?> pending : batch) {
            if (pending.request.isEmpty()) {
                distinct.add(pending);
                continue;
            }
            Request request = pending.request.get();
            if (!request.signature().map(signatures::add).orElse(true)) {
                verdicts.put(pending, turnedAway(Reason.SIGNATURE_REPLAYED));
                continue;
            }
            Pending<?> first = byKey.putIfAbsent(request.key(), pending);
            if (first == null) {
                distinct.add(pending);
            } else if (!request.sameContent(first.request.orElseThrow().digest())) {
                verdicts.put(pending, turnedAway(Reason.REQUEST_ID_REUSED));
            } else {
                verdicts.put(pending, new Verdict.Joined(first, request));
            }
        }
        return distinct;
    }

    private <R> Verdict verdict(
            Tx tx,
            Pending<R> pending,
            Callers callers,
            Books books,
            Map<UUID, Remembered> remembered,
            List<Remembered> toRemember) {
        if (pending.request.isEmpty()) {
            try {
                return new Verdict.Answered(books.orNothing(() -> pending.command.decide(books)), false);
            } catch (RefusedException refusal) {
                return new Verdict.Refused(refusal, false);
            }
        }
        Request request = pending.request.get();
        try {
            callers.require(books, request.caller());
            Remembered earlier = remembered.get(request.key());
            if (earlier != null) {
                return again(tx, pending, request, earlier);
            }
            Optional<UUID> apart = signatureApart(request);
            if (apart.isPresent()) {
                if (remembered.containsKey(apart.get())) {
                    throw new RefusedException(Reason.SIGNATURE_REPLAYED);
                }
                toRemember.add(Remembered.signature(request, apart.get()));
            }
        } catch (RefusedException turnedAway) {
            return new Verdict.TurnedAway(turnedAway);
        }
        try {
            R answer = books.orNothing(() -> pending.command.decide(books));
            toRemember.add(Remembered.answer(request, pending.command.remember(answer)));
            return new Verdict.Answered(answer, false);
        } catch (RefusedException refusal) {
            toRemember.add(Remembered.refusal(request, refusal.reason()));
            return new Verdict.Refused(refusal, false);
        }
    }

    /// The verdict of a repeat of a request that stands earlier in the batch. It gets that one's answer, and its
    /// signature is used up: whoever overhears it learns nothing by sending it again. Where the first was turned
    /// away,
    /// which says nothing of the request, this one is decided.
    private <R> Verdict verdict(
            Tx tx,
            Pending<R> pending,
            Verdict.Joined joined,
            Map<Pending<?>, Verdict> verdicts,
            Callers callers,
            Books books,
            Map<UUID, Remembered> remembered,
            List<Remembered> toRemember) {
        Request request = joined.request();
        boolean firstTurnedAway = verdicts.get(joined.first()) instanceof Verdict.TurnedAway;
        if (firstTurnedAway || remembered.containsKey(request.key())) {
            return verdict(tx, pending, callers, books, remembered, toRemember);
        }
        if (request.signature().isPresent()) {
            if (remembered.containsKey(request.signature().get())) {
                return turnedAway(Reason.SIGNATURE_REPLAYED);
            }
            toRemember.add(Remembered.signature(request, request.signature().get()));
        }
        return joined;
    }

    private <R> Verdict again(Tx tx, Pending<R> pending, Request request, Remembered earlier) {
        boolean own = earlier.isOwn(request);
        if (!own && request.signature().isPresent()) {
            UUID signature = request.signature().get();
            Remembered used = outcomes.find(tx, List.of(signature)).get(signature);
            if (used == null) {
                outcomes.insert(tx, Remembered.signature(request, signature));
            } else if (used.execution() != request.execution()) {
                throw new RefusedException(Reason.SIGNATURE_REPLAYED);
            }
        }
        try {
            return new Verdict.Answered(pending.command.recall(earlier.answerOrRefuse()), !own);
        } catch (RefusedException refusal) {
            return new Verdict.Refused(refusal, !own);
        }
    }

    void disconnect() {
        try {
            if (connection.isPresent()) {
                connection.get().close();
            }
        } catch (SQLException e) {
            LOG.debug("closing a broken connection", e);
        }
        connection = Optional.empty();
    }

    private static Verdict turnedAway(Reason reason) {
        return new Verdict.TurnedAway(new RefusedException(reason));
    }

    /// A signature that its request id is not part of is remembered beside the id.
    private static Optional<UUID> signatureApart(Request request) {
        return request.idIsSigned() ? Optional.empty() : request.signature().filter(s -> !s.equals(request.key()));
    }

    private static void keysOf(Request request, Set<UUID> keys) {
        keys.add(request.key());
        signatureApart(request).ifPresent(keys::add);
    }

    @SuppressWarnings("unchecked") // a verdict's answer comes from the command of its own pending
    private static <R> void tell(Pending<R> pending, Verdict verdict, Map<Pending<?>, Verdict> verdicts) {
        switch (verdict) {
            case Verdict.Answered answered -> {
                if (answered.replayed()) {
                    pending.command.call().ifPresent(Call::markReplayed);
                }
                pending.answer((R) answered.answer());
            }
            case Verdict.Refused refused -> {
                if (refused.replayed()) {
                    pending.command.call().ifPresent(Call::markReplayed);
                }
                pending.fail(refused.refusal());
            }
            case Verdict.TurnedAway turnedAway -> pending.fail(turnedAway.refusal());
            case Verdict.Joined joined -> {
                pending.command.call().ifPresent(Call::markReplayed);
                Verdict same = verdicts.get(joined.first());
                if (same != null) {
                    tell(pending, same, verdicts);
                }
            }
        }
    }

    private static void fail(List<Pending<?>> batch, Throwable failure) {
        batch.forEach(pending -> pending.fail(failure));
    }

    private static void pause(int attempt) {
        LockSupport.parkNanos(
                FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 8)).toNanos());
    }
}
