package hanse.node;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done again and again: for the registry, by whichever process finds it due (db-scheduler); and in this
/// process alone.
final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int THREADS = 3;

    /// A process says so often that it is still at its work; whose work has missed it so many times is dead, and
    /// another process takes over. db-scheduler's own half an hour is too long for money that waits to be given
    /// back.
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(2);

    private static final int SIGNS_MISSED = 4;

    private final Scheduler scheduler;
    private final ScheduledExecutorService own;
    private final List<Own> ownTasks;

    /// Work of this process.
    record Own(String name, Duration every, Runnable work) {}

    Upkeep(DataSource database, InstantSource clock, List<Chore> shared, List<Own> own) {
        List<RecurringTask<Void>> tasks = new ArrayList<>();
        for (Chore task : shared) {
            tasks.add(Tasks.recurring(task.name(), FixedDelay.of(task.every()))
                    .execute((instance, context) -> task.work().run()));
        }
        this.scheduler = Scheduler.create(database)
                .clock(clock::instant)
                .threads(THREADS)
                .pollingInterval(LOOK)
                .heartbeatInterval(SIGN_OF_LIFE)
                .missedHeartbeatsLimit(SIGNS_MISSED)
                .startTasks(tasks)
                .build();
        this.own = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("upkeep").factory());
        this.ownTasks = List.copyOf(own);
    }

    void start() {
        scheduler.start();
        for (Own task : ownTasks) {
            var unused = own.scheduleWithFixedDelay(
                    () -> {
                        try {
                            task.work().run();
                        } catch (RuntimeException e) {
                            // An executor silently drops what has failed once; the next round may well succeed.
                            LOG.warn("{} failed this time", task.name(), e);
                        }
                    },
                    task.every().toMillis(),
                    task.every().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        own.shutdownNow();
        scheduler.stop();
    }
}
