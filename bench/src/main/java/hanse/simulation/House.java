package hanse.simulation;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import hanse.error.v1.Reason;
import hanse.federation.v1.GreetRequest;
import hanse.node.NodeKeys;
import hanse.node.Registry;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.config.ConfigFile;
import hanse.node.config.ConfigTemplate;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.node.federation.Federation;
import hanse.node.identity.Ed25519Key;
import hanse.node.storage.Connections;
import hanse.node.storage.Database;
import hanse.peer.Inbox;
import hanse.peer.Outbox;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.SignedCard;
import hanse.schema.EmbeddedPostgres;
import io.grpc.BindableService;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/// One registry of a simulation: its database and its keys, which stay, and its process, which may die at any commit
/// and is rebuilt from the database. All that is real in it but clock, chance, threads and network.
final class House implements AutoCloseable {
    static final String EXPOSURE = "500";

    private static final Duration RENEWED = Duration.ofSeconds(2);

    final RegistryId id;
    final VirtualTime.Clock clock;
    final Mortality mortality = new Mortality();
    private final SeededRandom random = new SeededRandom();

    /// Measures nothing.
    private final CompositeMeterRegistry meters = new CompositeMeterRegistry();

    private final HikariDataSource connections;
    private final Connection restoring;
    private final NodeConfig config;
    private final NodeKeys keys;
    private final Map<Class<?>, BindableService> services = new HashMap<>();
    private Optional<Registry> living = Optional.empty();
    private Optional<Pristine> pristine = Optional.empty();
    private Federation.Calls calls = new Unreachable();
    private Instant leased = Instant.EPOCH;
    private Optional<Inbox> inbox = Optional.empty();
    private Optional<Outbox> outbox = Optional.empty();

    /// @param directory for its keys; a database of that registry must be free on the server
    House(RegistryId id, Path directory, EmbeddedPostgres server, VirtualTime time) {
        this.id = id;
        this.clock = time.clock();
        this.config = config(id, directory);
        this.keys = NodeKeys.open(config, clock);
        this.connections = connections(server, Databases.create(server));
        this.restoring = connection();
        live();
        registry()
                .operators()
                .bootstrap(Clients.OPERATOR, Ed25519Key.of(keys.signing().publicKey()));
    }

    private static NodeConfig config(RegistryId id, Path directory) {
        try {
            Files.createDirectories(directory);
            Path file = directory.resolve(ConfigFile.NAME);
            Files.writeString(
                    file,
                    ConfigTemplate.write(Map.of(
                            Setting.REGISTRY,
                            id.value(),
                            Setting.PUBLIC_URL,
                            "https://" + id,
                            Setting.PEER_EXPOSURE,
                            EXPOSURE,
                            Setting.TRUST_ATTESTATIONS,
                            "true",
                            Setting.ATTESTATION_REDUCTION,
                            "100000",
                            Setting.WRITERS,
                            "1")));
            return ConfigFile.read(file, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static HikariDataSource connections(EmbeddedPostgres server, String name) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(server.jdbcUrl(name));
        pool.setUsername(server.username());
        pool.setPassword(server.password());
        pool.setMaximumPoolSize(6);
        pool.setMinimumIdle(1);
        Connections.configure(pool);
        // Few connections do all the work: what was asked once will be asked again.
        pool.addDataSourceProperty("prepareThreshold", "1");
        pool.addDataSourceProperty("preparedStatementCacheQueries", "2000");
        pool.addDataSourceProperty("preparedStatementCacheSizeMiB", "50");
        return new HikariDataSource(pool);
    }

    /// What is in the database now is what every schedule begins with.
    void keep() {
        pristine = Optional.of(new Pristine(restoring));
    }

    /// Begins a schedule.
    void begin(long seed) {
        bury();
        pristine.orElseThrow().restore();
        clock.skew(Duration.ZERO);
        random.begin(seed);
        live();
    }

    /// How it reaches others from now on.
    void reach(Federation.Calls others) {
        calls = others;
    }

    /// A new process starts on the database that there is.
    void live() {
        mortality.begin();
        leased = Instant.EPOCH;
        Registry registry = new Registry(
                config,
                keys,
                List::of,
                new Database(connections, clock, mortality),
                meters,
                new UUID(random.nextLong(), random.nextLong()),
                new Registry.World(
                        clock,
                        random,
                        new Federation.Surroundings(
                                Runnable::run,
                                Duration.ZERO,
                                real -> {
                                    inbox = Optional.of(real);
                                    return real;
                                },
                                real -> {
                                    outbox = Optional.of(real);
                                    return real;
                                },
                                real -> calls),
                        true));
        living = Optional.of(registry);
        services.clear();
        for (BindableService service : registry.services()) {
            services.put(service.getClass().getSuperclass(), service);
        }
        registry.federation().look();
    }

    boolean isDead() {
        return living.isEmpty();
    }

    /// The process dies between two commits.
    void kill() {
        mortality.kill();
        bury();
    }

    /// Takes away what a process that has died has left in this one.
    void bury() {
        mortality.kill();
        living.ifPresent(dead -> {
            try {
                dead.federation().close();
            } catch (Mortality.Killed expected) {
                // Who was killed gives nothing back.
            }
            dead.commit().close();
        });
        living = Optional.empty();
    }

    /// @throws java.util.NoSuchElementException when no process lives
    Registry registry() {
        return living.orElseThrow();
    }

    Inbox inbox() {
        registry();
        return inbox.orElseThrow();
    }

    Outbox outbox() {
        registry();
        return outbox.orElseThrow();
    }

    /// A service of the living process, by the class that its generated code names.
    <S extends BindableService> S service(Class<S> base) {
        registry();
        return base.cast(Objects.requireNonNull(services.get(base)));
    }

    /// As its operator hands it out.
    SignedCard card(Clients clients) {
        return clients.call(
                        this,
                        Clients.NOBODY,
                        PeerServiceGrpc.getGetCardMethod(),
                        "card",
                        GetCardRequest.getDefaultInstance(),
                        service(PeerServiceGrpc.PeerServiceImplBase.class)::getCard)
                .join();
    }

    /// Renews its claims to its outboxes, as often as a process does.
    void lease() {
        Instant now = clock.instant();
        if (Duration.between(leased, now).abs().compareTo(RENEWED) > 0) {
            registry().federation().lease();
            leased = now;
        }
    }

    /// With whom it does not work at the moment.
    Set<String> strangers() {
        return query("select peer from peer_position where status <> 2").intoSet(0, String.class);
    }

    /// To whom it has something to say.
    Set<String> addressees() {
        return query("select distinct peer from outbox").intoSet(0, String.class);
    }

    boolean isLinked(RegistryId peer) {
        return registry().federation().directory().linked().contains(peer);
    }

    /// Whether it has added a peer that it has not reached yet.
    boolean isPending(RegistryId peer) {
        try {
            registry().federation().directory().requireActive(peer);
            return false;
        } catch (RefusedException refused) {
            return refused.reason() == Reason.PEER_PENDING;
        }
    }

    /// Makes itself known to a peer.
    void greet(House peer) {
        peer.inbox()
                .greet(id.value(), GreetRequest.newBuilder().setProtocol(1).build())
                .thenAccept(answer -> registry().federation().greeted(peer.id, answer))
                .toCompletableFuture()
                .join();
    }

    /// What a query finds in the database, also while no process lives.
    Result<Record> query(String sql) {
        try (Connection connection = connection()) {
            return DSL.using(connection, SQLDialect.POSTGRES).fetch(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connection() {
        try {
            return connections.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The database itself, for whoever looks at all of it.
    Database observed() {
        return new Database(connections, clock);
    }

    @Override
    public String toString() {
        return id.value();
    }

    @Override
    public void close() {
        bury();
        connections.close();
    }
}
