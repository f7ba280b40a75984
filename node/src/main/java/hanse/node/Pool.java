package hanse.node;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.node.config.NodeConfig.DatabaseSource;
import hanse.node.storage.Connections;
import hanse.schema.EmbeddedPostgres;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;

/// The connections to PostgreSQL, and PostgreSQL itself where the node runs its own.
final class Pool implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 5_000;
    private static final long LIFETIME_MILLIS = 30 * 60_000L;

    private final Optional<EmbeddedPostgres> embedded;
    private final HikariDataSource connections;

    private Pool(Optional<EmbeddedPostgres> embedded, HikariDataSource connections) {
        this.embedded = embedded;
        this.connections = connections;
    }

    static Pool open(DatabaseSource source, MeterRegistry meters) {
        HikariConfig pool = new HikariConfig();
        Optional<EmbeddedPostgres> embedded = Optional.empty();
        switch (source) {
            case DatabaseSource.Jdbc(String url, String user, String password, int _) -> {
                pool.setJdbcUrl(url);
                if (!user.isEmpty()) {
                    pool.setUsername(user);
                }
                if (!password.isEmpty()) {
                    pool.setPassword(password);
                }
            }
            case DatabaseSource.Embedded(var directory, int wanted) -> {
                EmbeddedPostgres postgres = EmbeddedPostgres.start(
                        directory,
                        EmbeddedPostgres.Options.defaults()
                                .withSetting("max_connections", Integer.toString(Math.max(100, wanted + 20))));
                embedded = Optional.of(postgres);
                pool.setJdbcUrl(postgres.jdbcUrl());
                pool.setUsername(postgres.username());
                pool.setPassword(postgres.password());
            }
        }
        pool.setPoolName("hanse");
        pool.setMaximumPoolSize(source.connections());
        pool.setMinimumIdle(Math.min(4, source.connections()));
        pool.setConnectionTimeout(PATIENCE_MILLIS);
        pool.setMaxLifetime(LIFETIME_MILLIS);
        pool.setMetricRegistry(meters);
        Connections.configure(pool);
        try {
            return new Pool(embedded, new HikariDataSource(pool));
        } catch (RuntimeException e) {
            embedded.ifPresent(EmbeddedPostgres::close);
            throw e;
        }
    }

    HikariDataSource connections() {
        return connections;
    }

    @Override
    public void close() {
        connections.close();
        embedded.ifPresent(EmbeddedPostgres::close);
    }
}
