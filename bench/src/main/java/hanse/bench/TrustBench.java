package hanse.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.node.call.RegistryId;
import hanse.node.storage.Connections;
import hanse.node.storage.Database;
import hanse.node.trust.Trust;
import hanse.schema.EmbeddedPostgres;
import hanse.schema.Migrations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/// EigenTrust over 100,000 agents and 1,000,000 rows, stored scores included, beside reading those rows once with a
/// plain cursor.
final class TrustBench {
    private static final int AGENTS = 100_000;
    private static final int ROWS = 1_000_000;
    private static final int AT_A_TIME = 2_000;
    private static final int MEASUREMENTS = 5;

    private TrustBench() {}

    static Report run(Options options) {
        Report report = new Report("trust", options.seconds(), 1);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary(EmbeddedPostgres.Options.defaults());
                HikariDataSource source = source(postgres)) {
            Migrations.apply(source);
            fill(source);
            Database database = new Database(source, InstantSource.system());
            Trust trust = new Trust(new RegistryId("alpha.example"), database, List.of(), 0.15, InstantSource.system());
            double[] reading = new double[MEASUREMENTS];
            double[] computing = new double[MEASUREMENTS];
            // The first of each warms up both the machine's code and PostgreSQL's memory.
            for (int i = -1; i < MEASUREMENTS; i++) {
                double read = seconds(() -> read(source));
                double computed = seconds(trust::compute);
                if (i >= 0) {
                    reading[i] = read;
                    computing[i] = computed;
                }
            }
            double read = median(reading);
            double computed = median(computing);
            report.line("rows read once with a cursor", ROWS / read);
            report.line("rows computed: read, iterated, 100,000 scores stored", ROWS / computed);
            System.out.printf(
                    Locale.ROOT,
                    "%-58s %12.2f s to read, %.2f s to compute, %d rounds%n",
                    "median of " + MEASUREMENTS,
                    read,
                    computed,
                    trust.newest().orElseThrow().rounds());
            report.ratio("reading", computed / read);
        }
        return report;
    }

    private static HikariDataSource source(EmbeddedPostgres postgres) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(postgres.createDatabase("trust"));
        config.setUsername(postgres.username());
        config.setPassword(postgres.password());
        config.setMaximumPoolSize(4);
        Connections.configure(config);
        return new HikariDataSource(config);
    }

    /// Everybody has dealt with about ten others, and some are dealt with far more often than others.
    private static void fill(HikariDataSource source) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select setseed(0.5)");
            statement.execute("""
                    insert into trust_row (rater, rated, satisfactory, unsatisfactory, dealings, changed_at)
                    select md5(rater::text)::uuid, md5(rated::text)::uuid, 0, (random() < 0.02)::int * 3, 1 + (random() * 50)::int, now()
                    from (select i %% %1$d as rater, floor(%1$d * random() ^ 2)::int as rated
                          from generate_series(1, %2$d * 11 / 10) i) pair
                    where rater <> rated
                    on conflict do nothing
                    """.formatted(AGENTS, ROWS));
            statement.execute("""
                    delete from trust_row where ctid in (
                      select ctid from trust_row offset %d)
                    """.formatted(ROWS));
            statement.execute("vacuum analyze trust_row");
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's database could not be filled", e);
        }
    }

    private static void read(HikariDataSource source) {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            int rows = 0;
            long sum = 0;
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(AT_A_TIME);
                try (ResultSet row = statement.executeQuery("""
                        select rater, rater_home, rated, rated_home, satisfactory, unsatisfactory, dealings from trust_row
                        """)) {
                    while (row.next()) {
                        rows++;
                        sum += row.getObject(1, UUID.class).hashCode()
                                + row.getString(2).length()
                                + row.getObject(3, UUID.class).hashCode()
                                + row.getString(4).length()
                                + row.getLong(5)
                                + row.getLong(6)
                                + row.getLong(7);
                    }
                }
            }
            connection.rollback();
            if (rows != ROWS || sum == 0) {
                throw new IllegalStateException(rows + " rows were read");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's rows could not be read", e);
        }
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
