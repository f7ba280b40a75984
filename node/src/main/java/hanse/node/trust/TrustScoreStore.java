package hanse.node.trust;

import static hanse.schema.jooq.Tables.TRUST_ROW;
import static hanse.schema.jooq.Tables.TRUST_RUN;
import static hanse.schema.jooq.Tables.TRUST_SCORE;

import hanse.node.call.Did;
import hanse.node.call.RegistryId;
import hanse.node.storage.Columns;
import hanse.node.storage.Parameter;
import hanse.node.storage.Pipeline;
import hanse.node.storage.RowStream;
import hanse.node.storage.Tx;
import hanse.schema.jooq.tables.records.TrustRunRecord;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jooq.Field;
import org.jooq.impl.DSL;

/// The computations, their scores, and the rows that they read.
final class TrustScoreStore {
    private static final int SCORES_AT_ONCE = 10_000;
    private static final long ON_RECORD = 1_000;

    private static final String INSERT = """
            insert into trust_score (run, agent, home, eigentrust, satisfactory, unsatisfactory, dealings, weighted,
              raters, reports, weighted_reports)
            select ?, * from unnest(?::uuid[], ?::text[], ?::float8[], ?::bigint[], ?::bigint[], ?::bigint[],
              ?::float8[], ?::integer[], ?::bigint[], ?::float8[])
            """;

    private final RegistryId self;

    TrustScoreStore(RegistryId self) {
        this.self = self;
    }

    String home(Did did) {
        return did.registry().equals(self) ? "" : did.registry().value();
    }

    /// Every row there is, in no order, each added to `ratings` as it is read.
    RowStream<Ratings> rows(Tx tx, Ratings ratings) {
        return RowStream.of(
                tx.sql()
                        .select(
                                TRUST_ROW.RATER,
                                TRUST_ROW.RATER_HOME,
                                TRUST_ROW.RATED,
                                TRUST_ROW.RATED_HOME,
                                TRUST_ROW.SATISFACTORY,
                                TRUST_ROW.UNSATISFACTORY,
                                TRUST_ROW.DEALINGS,
                                TRUST_ROW.REPORTS,
                                TRUST_ROW.RETRACTED)
                        .from(TRUST_ROW),
                row -> {
                    ratings.add(
                            row.value1(),
                            row.value2(),
                            row.value3(),
                            row.value4(),
                            row.value5(),
                            row.value6(),
                            row.value7(),
                            row.value8(),
                            row.value9());
                    return ratings;
                });
    }

    TrustRun.Inputs inputs(Tx tx) {
        return tx.sql()
                .select(
                        DSL.count(),
                        total(TRUST_ROW.SATISFACTORY),
                        total(TRUST_ROW.UNSATISFACTORY),
                        total(TRUST_ROW.DEALINGS),
                        total(TRUST_ROW.REPORTS),
                        total(TRUST_ROW.RETRACTED))
                .from(TRUST_ROW)
                .fetchSingle(row -> new TrustRun.Inputs(
                        row.value1(), row.value2(), row.value3(), row.value4(), row.value5(), row.value6()));
    }

    private static Field<Long> total(Field<Long> counts) {
        return DSL.coalesce(DSL.sum(counts), BigDecimal.ZERO).cast(Long.class);
    }

    Optional<TrustRun> newest(Tx tx) {
        return tx.sql()
                .selectFrom(TRUST_RUN)
                .orderBy(TRUST_RUN.NUMBER.desc())
                .limit(1)
                .fetchOptional(TrustScoreStore::run);
    }

    /// False when another process has written this computation.
    boolean insert(Tx tx, TrustRun run) {
        return tx.sql()
                        .insertInto(TRUST_RUN)
                        .set(TRUST_RUN.NUMBER, run.number())
                        .set(TRUST_RUN.STARTED_AT, run.startedAt())
                        .set(TRUST_RUN.ENDED_AT, run.endedAt())
                        .set(TRUST_RUN.ROW_COUNT, run.inputs().rows())
                        .set(TRUST_RUN.AGENTS, run.agents())
                        .set(TRUST_RUN.SATISFACTORY, run.inputs().satisfactory())
                        .set(TRUST_RUN.UNSATISFACTORY, run.inputs().unsatisfactory())
                        .set(TRUST_RUN.DEALINGS, run.inputs().dealings())
                        .set(TRUST_RUN.REPORTS, run.inputs().reports())
                        .set(TRUST_RUN.RETRACTED, run.inputs().retracted())
                        .set(TRUST_RUN.SEEDS, run.seeds())
                        .set(TRUST_RUN.DAMPING, run.damping())
                        .set(TRUST_RUN.ROUNDS, run.rounds())
                        .set(TRUST_RUN.RESIDUAL, run.residual())
                        .set(TRUST_RUN.CONVERGED, run.converged())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /// Writes all scores of a computation.
    void insert(Tx tx, long run, Ratings ratings, double[] eigentrust) {
        double[] weighted = ratings.weighted(eigentrust);
        double[] reported = ratings.weightedReports(eigentrust);
        AgentIndex agents = ratings.agents();
        for (int from = 0; from < agents.size(); from += SCORES_AT_ONCE) {
            List<Integer> part = IntStream.range(from, Math.min(agents.size(), from + SCORES_AT_ONCE))
                    .boxed()
                    .toList();
            List<Score> scores = part.stream()
                    .map(number -> ratings.score(number, eigentrust[number], weighted[number], reported[number]))
                    .toList();
            Pipeline pipeline = tx.pipeline();
            pipeline.changeExactly(
                    part.size(),
                    INSERT,
                    Parameter.of(run),
                    Columns.uuids(part, agents::agent),
                    Columns.texts(part, agents::home),
                    Columns.doubles(scores, Score::eigentrust),
                    Columns.longs(scores, Score::satisfactory),
                    Columns.longs(scores, Score::unsatisfactory),
                    Columns.longs(scores, Score::dealings),
                    Columns.doubles(scores, Score::weighted),
                    Columns.ints(scores, Score::raters),
                    Columns.longs(scores, Score::reports),
                    Columns.doubles(scores, Score::weightedReports));
            pipeline.run();
        }
    }

    /// Deletes the scores of older computations; a thousand of the computations themselves stay on record.
    void deleteBefore(Tx tx, long run) {
        tx.sql().deleteFrom(TRUST_SCORE).where(TRUST_SCORE.RUN.lt(run)).execute();
        tx.sql()
                .deleteFrom(TRUST_RUN)
                .where(TRUST_RUN.NUMBER.le(run - ON_RECORD))
                .execute();
    }

    Optional<Score> find(Tx tx, long run, Did agent) {
        return tx.sql()
                .selectFrom(TRUST_SCORE)
                .where(TRUST_SCORE.RUN.eq(run))
                .and(TRUST_SCORE.AGENT.eq(agent.agent().value()))
                .and(TRUST_SCORE.HOME.eq(home(agent)))
                .fetchOptional(row -> new Score(
                        row.getEigentrust(),
                        row.getSatisfactory(),
                        row.getUnsatisfactory(),
                        row.getDealings(),
                        row.getWeighted(),
                        row.getRaters(),
                        row.getReports(),
                        row.getWeightedReports()));
    }

    private static TrustRun run(TrustRunRecord row) {
        return new TrustRun(
                row.getNumber(),
                row.getStartedAt(),
                row.getEndedAt(),
                new TrustRun.Inputs(
                        row.getRowCount(),
                        row.getSatisfactory(),
                        row.getUnsatisfactory(),
                        row.getDealings(),
                        row.getReports(),
                        row.getRetracted()),
                row.getAgents(),
                row.getSeeds(),
                row.getDamping(),
                row.getRounds(),
                row.getResidual(),
                row.getConverged());
    }
}
