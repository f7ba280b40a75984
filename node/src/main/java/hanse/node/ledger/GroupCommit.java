package hanse.node.ledger;

import hanse.error.v1.Reason;
import hanse.node.call.Caller;
import hanse.node.call.RefusedException;
import hanse.node.outcome.Outcomes;
import hanse.node.storage.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs commands in batches: one transaction for all that wait at that moment. There is no timer; a batch is whatever
/// queued while the last one was decided. Several writers, each with its own lane, take from one queue, so that one
/// decides while another commits. Only as many decide at once as there are processors for them and PostgreSQL: more
/// would share the same work out to smaller batches, which cost more.
///
/// An agent's command is turned away as soon as it would wait too long ([Backlog]). What peers ask for, what
/// follows from their answers, the node's own work and operators are let in up to the longest queue: peers have
/// bounds of their own, and money that is on its way must not wait for new business.
public final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final Duration RETRY_SOON = Duration.ofSeconds(1);
    private static final long LOOK_UP_MILLIS = 50;

    private final Settings settings;
    private final BlockingQueue<Pending<?>> queue;
    private final Backlog backlog;
    private final CommitMeters meters;
    private final Semaphore turns =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    private final List<Thread> threads = new ArrayList<>();
    private Optional<InTurn> inTurn = Optional.empty();
    private volatile boolean closing;

    /// @param largestBatch most commands in one transaction
    /// @param longestQueue most commands waiting; beyond it every command is turned away with `OVERLOADED`
    /// @param longestWait beyond what the writers get done in this time, an agent's command is turned away with it
    /// @param threads whether writers run by themselves; without them whoever submits a command runs its batch
    public record Settings(int largestBatch, int longestQueue, Duration longestWait, boolean threads) {
        private static final Duration LONGEST_WAIT = Duration.ofMillis(50);

        public Settings(int largestBatch, int longestQueue) {
            this(largestBatch, longestQueue, LONGEST_WAIT, true);
        }

        public static Settings standard() {
            return new Settings(1024, 16_384);
        }
    }

    /// Starts one writer per lane given.
    ///
    /// @param operators whether an operator still stands as it did when its signature was checked
    public GroupCommit(
            Database database,
            List<Integer> lanes,
            Outcomes.Standing<Caller.Operator> operators,
            Settings settings,
            MeterRegistry registry) {
        this.settings = settings;
        this.queue = new LinkedBlockingQueue<>(settings.longestQueue());
        this.backlog = new Backlog(settings);
        this.meters = CommitMeters.of(registry);
        registry.gauge("hanse.commit.queue", Tags.empty(), queue, BlockingQueue::size);
        registry.gauge("hanse.commit.queue.limit", Tags.empty(), backlog, Backlog::limit);
        for (int lane : lanes) {
            Writer writer = new Writer(database, lane, operators, meters);
            if (settings.threads()) {
                threads.add(
                        Thread.ofPlatform().name("writer-lane-" + lane).daemon().start(() -> write(writer)));
            } else {
                inTurn = Optional.of(new InTurn(queue, writer, settings.largestBatch()));
            }
        }
    }

    /// Runs a command in one of the next batches. The future ends with its answer, or with a [RefusedException];
    /// anything else means that the outcome is not known here.
    public <R> CompletableFuture<R> submit(Command<R> command) {
        Pending<R> pending = new Pending<>(command, backlog::left);
        boolean room = backlog.hasRoom();
        backlog.entered();
        if (closing) {
            pending.fail(new RefusedException(Reason.SHUTTING_DOWN));
        } else if ((pending.isAgents() && !room) || !queue.offer(pending)) {
            pending.fail(overloaded());
        } else if (closing && queue.remove(pending)) {
            pending.fail(new RefusedException(Reason.SHUTTING_DOWN));
        }
        inTurn.ifPresent(InTurn::run);
        return pending.future();
    }

    /// Runs commands in one of the next batches, most likely all in the same one.
    ///
    /// @return their answers, in that order
    public <R> List<CompletableFuture<R>> submitAll(List<? extends Command<R>> commands) {
        List<CompletableFuture<R>> answers = new ArrayList<>(commands.size());
        Runnable asking = () -> commands.forEach(command -> answers.add(submit(command)));
        inTurn.ifPresentOrElse(turn -> turn.inOneBatch(asking), asking);
        return answers;
    }

    /// Does what is due, a batch at a time, until no more is or nothing comes of it. Answers how often something did.
    /// Throws what went wrong with one of a batch once the others are done.
    ///
    /// @param due at most so much of it
    /// @param command answers whether there was something to do
    public <T> int sweep(IntFunction<List<T>> due, Function<T, Command<Boolean>> command) {
        int swept = 0;
        while (true) {
            List<T> found = due.apply(settings.largestBatch());
            var answers = submitAll(found.stream().map(command).toList());
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
            int done = (int) answers.stream().filter(CompletableFuture::join).count();
            swept += done;
            if (found.size() < settings.largestBatch() || done == 0) {
                return swept;
            }
        }
    }

    /// Refuses with `OVERLOADED` where an agent's command would wait too long: for who wants to know it before anything
    /// is spent on the call.
    public void requireRoom() {
        if (!backlog.hasRoom()) {
            throw overloaded();
        }
    }

    private RefusedException overloaded() {
        meters.turnedAway().increment();
        return RefusedException.retryAfter(Reason.OVERLOADED, RETRY_SOON);
    }

    /// Runs `asking`; what it submits makes one batch, in that order. Only without threads.
    public void inOneBatch(Runnable asking) {
        inTurn.orElseThrow().inOneBatch(asking);
    }

    /// What is wrong with the writers, for a readiness probe: nothing, or that one has ended.
    public Optional<String> fault() {
        long running = threads.stream().filter(Thread::isAlive).count();
        return running == threads.size()
                ? Optional.empty()
                : Optional.of(running + " of " + threads.size() + " writers run");
    }

    /// Takes no more commands, and ends when those that wait are answered.
    @Override
    public void close() {
        closing = true;
        inTurn.ifPresent(InTurn::close);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Writer writer) {
        List<Pending<?>> batch = new ArrayList<>();
        while (gather(batch)) {
            if (batch.size() == settings.largestBatch() || !queue.isEmpty()) {
                backlog.foundFull();
            }
            long begun = System.nanoTime();
            AtomicBoolean decided = new AtomicBoolean();
            Runnable next = () -> {
                if (!decided.getAndSet(true)) {
                    turns.release();
                }
            };
            try {
                writer.run(batch, next);
            } catch (RuntimeException | Error e) {
                LOG.error("a batch failed in a way that nobody foresaw", e);
                batch.forEach(pending -> pending.fail(e));
            } finally {
                next.run();
            }
            backlog.done(batch.size(), begun, System.nanoTime());
            batch = new ArrayList<>();
        }
        writer.disconnect();
    }

    /// Takes what waits when it is this writer's turn, at least one command; false when none will come any more.
    private boolean gather(List<Pending<?>> batch) {
        boolean turn = false;
        while (true) {
            try {
                turn = turn || turns.tryAcquire(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                if (turn) {
                    Pending<?> first = queue.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                    if (first != null) {
                        batch.add(first);
                        queue.drainTo(batch, settings.largestBatch() - 1);
                        return true;
                    }
                    if (closing) {
                        turns.release();
                        return false;
                    }
                }
            } catch (InterruptedException e) {
                // Nobody stops a writer by an interrupt: close() does, by the flag.
                LOG.debug("a writer was interrupted", e);
            }
        }
    }
}
