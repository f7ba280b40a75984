package hanse.node.trust;

import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.storage.Database;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The scores of all agents, computed from all rows in the background. Defined in docs/trust.md.
public final class Trust {
    /// A computation takes at most this part of the time.
    private static final int REST = 10;

    private final RegistryId self;
    private final Database database;
    private final InstantSource clock;
    private final List<Did> seeds;
    private final EigenTrust.Settings settings;
    private final TrustScoreStore store;

    /// @param seeds agents that are trusted beforehand; none: all alike
    /// @param damping share of trust that goes to the seeds in each round
    public Trust(RegistryId self, Database database, List<Did> seeds, double damping, InstantSource clock) {
        this.self = self;
        this.database = database;
        this.clock = clock;
        this.seeds = seeds.stream().distinct().toList();
        this.settings = EigenTrust.Settings.of(damping);
        this.store = new TrustScoreStore(self);
    }

    /// An agent's scores, as they were computed last.
    ///
    /// @param run the computation; empty when there has been none
    public record Scored(Score score, Optional<TrustRun> run) {}

    /// The scores of an agent; of a stranger too, as [Score#NONE].
    public Scored of(Tx tx, Did agent) {
        Optional<TrustRun> run = store.newest(tx);
        return new Scored(
                run.flatMap(newest -> store.find(tx, newest.number(), agent)).orElse(Score.NONE), run);
    }

    /// The newest computation.
    public Optional<TrustRun> newest() {
        return database.read(store::newest);
    }

    /// Computes anew if a row or a setting has changed since, and the last computation is long enough ago. To be
    /// called every minute or so.
    public void refresh() {
        Instant now = clock.instant();
        boolean due = database.read(tx -> store.newest(tx)
                .filter(run -> isResting(run, now) || run.isOf(store.inputs(tx), seedNames(), settings.damping()))
                .isEmpty());
        if (due) {
            compute();
        }
    }

    private boolean isResting(TrustRun run, Instant now) {
        Duration took = Duration.between(run.startedAt(), run.endedAt());
        return seedNames().equals(run.seeds())
                && now.isBefore(run.endedAt().plus(took.multipliedBy(REST)))
                && !now.isBefore(run.endedAt());
    }

    /// Computes all scores from the rows as they stand, and stores them in one transaction. Answers false when
    /// another process has done so at the same time.
    public boolean compute() {
        Instant started = clock.instant();
        return store(started, database.read(this::computed));
    }

    private record Computed(Ratings ratings, int[] seeds, EigenTrust.Result result) {}

    private Computed computed(Tx tx) {
        Ratings ratings = new Ratings();
        int[] numbers = seeds.stream()
                .mapToInt(seed -> ratings.agents().number(seed.agent().value(), store.home(seed)))
                .toArray();
        try (RowStream<Ratings> rows = store.rows(tx, ratings)) {
            rows.forEachRemaining(row -> {});
        }
        return new Computed(ratings, numbers, EigenTrust.compute(ratings.graph(), numbers, settings));
    }

    private boolean store(Instant started, Computed computed) {
        Ratings ratings = computed.ratings();
        EigenTrust.Result result = computed.result();
        double[] eigentrust = result.relative();
        return database.write(tx -> {
            TrustRun run = new TrustRun(
                    store.newest(tx).map(TrustRun::number).orElse(0L) + 1,
                    started,
                    tx.now(),
                    ratings.inputs(),
                    ratings.agents().size(),
                    seedNames(),
                    settings.damping(),
                    result.rounds(),
                    result.residual(),
                    result.converged());
            if (!store.insert(tx, run)) {
                return false;
            }
            store.insert(tx, run.number(), ratings, eigentrust);
            store.deleteBefore(tx, run.number());
            return true;
        });
    }

    private String seedNames() {
        return seeds.stream().map(Did::toString).sorted().collect(Collectors.joining(" "));
    }
}
