package hanse.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.schema.EmbeddedPostgres.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class MigrationsTest {

    @Test
    void areAppliedOnceHoweverManyNodesStartTogether() throws Exception {
        try (var postgres = EmbeddedPostgres.temporary(Options.small());
                var pool = pool(postgres);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> applied = new ArrayList<>();
            for (int node = 0; node < 4; node++) {
                applied.add(threads.submit(() -> Migrations.apply(pool)));
            }
            var counts = new ArrayList<Integer>();
            for (var count : applied) {
                counts.add(count.get());
            }
            int all = Migrations.configuration(pool).load().info().all().length;
            assertThat(counts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(all);
            assertThat(Migrations.apply(pool)).isZero();
        }
    }

    private static HikariDataSource pool(EmbeddedPostgres postgres) {
        var config = new HikariConfig();
        config.setJdbcUrl(postgres.jdbcUrl());
        config.setUsername(postgres.username());
        config.setPassword(postgres.password());
        config.setMaximumPoolSize(16);
        return new HikariDataSource(config);
    }
}
