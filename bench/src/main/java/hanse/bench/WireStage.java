package hanse.bench;

import hanse.certs.SigningKey;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.node.cli.LocalFederation;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.UpdatePeerRequest;
import hanse.schema.EmbeddedPostgres;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Real registries as processes of their own, with rich agents on them, called as any agent calls: over TLS, signed.
final class WireStage implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final int PORTS = 17_100;
    private static final String RICH = "1000000";
    private static final String LIMIT = "1000000000";

    private final Path directory;
    private final LocalFederation federation;

    /// What processes share, where they do.
    private final Optional<EmbeddedPostgres> shared;

    /// An agent and who it signs as, on each of the connections.
    record Agent(String did, Credentials credentials, List<HanseClient> clients) {
        /// The agent on one of its connections.
        HanseClient on(int client) {
            return clients.get(client % clients.size());
        }
    }

    private WireStage(Path directory, LocalFederation federation, Optional<EmbeddedPostgres> shared) {
        this.directory = directory;
        this.federation = federation;
        this.shared = shared;
    }

    /// One registry.
    static WireStage alone() throws IOException, InterruptedException {
        return alone(Map.of());
    }

    /// One registry with some settings of its own.
    static WireStage alone(Map<Setting, String> more) throws IOException, InterruptedException {
        WireStage stage = prepare(more);
        stage.federation.alpha().launch();
        stage.federation.alpha().awaitReady();
        stage.servers().forEach(Server::age);
        return stage;
    }

    /// Two peered registries that trust each other with everything.
    static WireStage peered() throws IOException, InterruptedException {
        WireStage stage = prepare(Map.of());
        stage.federation.start();
        stage.federation.peer();
        for (LocalFederation.Member member : stage.federation.members()) {
            String other = member == stage.alpha()
                    ? stage.beta().registry()
                    : stage.alpha().registry();
            PeerServiceGrpc.newBlockingStub(member.operator().channel())
                    .updatePeer(UpdatePeerRequest.newBuilder()
                            .setRegistryId(other)
                            .setExposureLimit(LIMIT)
                            .setRequestId(UUID.randomUUID().toString())
                            .build());
        }
        stage.servers().forEach(Server::age);
        return stage;
    }

    /// One registry of two processes, which share a database.
    static WireStage shared() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("hanse-bench-");
        EmbeddedPostgres database =
                EmbeddedPostgres.start(directory.resolve("postgres"), EmbeddedPostgres.Options.defaults());
        List<LocalFederation.Member> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int port = PORTS + 10 * i;
            Map<Setting, String> chosen = new EnumMap<>(Setting.class);
            chosen.put(Setting.REGISTRY, LocalFederation.REGISTRIES.getFirst());
            chosen.put(Setting.BIND, "127.0.0.1");
            chosen.put(Setting.PORT_GRPC, Integer.toString(port + 1));
            chosen.put(Setting.PORT_REST, Integer.toString(port + 2));
            chosen.put(Setting.PORT_PEER, Integer.toString(port + 3));
            chosen.put(Setting.PORT_OPS, Integer.toString(port + 4));
            chosen.put(Setting.JDBC_URL, database.jdbcUrl());
            chosen.put(Setting.JDBC_USER, database.username());
            chosen.put(Setting.JDBC_PASSWORD, database.password());
            chosen.put(Setting.KEYS, directory.resolve("keys").toString());
            chosen.put(Setting.RATE_FACTOR, "1000000");
            chosen.put(Setting.LOG_LEVEL, "warn");
            processes.add(LocalFederation.member(directory.resolve("process-" + i), chosen));
        }
        LocalFederation federation = LocalFederation.of(processes);
        federation.requirePorts();
        // One after the other: the first makes the schema.
        for (LocalFederation.Member process : processes) {
            process.launch();
            process.awaitReady();
        }
        WireStage stage = new WireStage(directory, federation, Optional.of(database));
        stage.servers().forEach(Server::age);
        return stage;
    }

    private static WireStage prepare(Map<Setting, String> more) throws IOException {
        Path directory = Files.createTempDirectory("hanse-bench-");
        Map<Setting, String> settings = new EnumMap<>(Setting.class);
        settings.putAll(more);
        settings.put(Setting.RATE_FACTOR, "1000000");
        settings.put(Setting.LOG_LEVEL, "warn");
        LocalFederation federation = LocalFederation.prepare(directory, PORTS, settings);
        federation.requirePorts();
        return new WireStage(directory, federation, Optional.empty());
    }

    LocalFederation.Member alpha() {
        return federation.alpha();
    }

    LocalFederation.Member beta() {
        return federation.beta();
    }

    /// Registers agents and makes them rich.
    List<Agent> agents(LocalFederation.Member member, int count) throws Exception {
        List<HanseClient> connections = connections(member);
        List<java.util.concurrent.Future<Agent>> made = new ArrayList<>();
        try (var threads = java.util.concurrent.Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < count; i++) {
                made.add(threads.submit(() -> agent(member, connections)));
            }
        }
        List<Agent> agents = new ArrayList<>();
        for (java.util.concurrent.Future<Agent> one : made) {
            agents.add(one.get());
        }
        return agents;
    }

    /// The same agents, connected to another process of their registry.
    List<Agent> over(LocalFederation.Member process, List<Agent> agents) throws IOException {
        List<HanseClient> connections = connections(process);
        return agents.stream()
                .map(agent -> new Agent(
                        agent.did(),
                        agent.credentials(),
                        connections.stream()
                                .map(connection -> connection.as(agent.credentials()))
                                .toList()))
                .toList();
    }

    private static List<HanseClient> connections(LocalFederation.Member member) throws IOException {
        List<HanseClient> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(HanseClient.connect(member.grpc(), member.caFile(), member.registry()));
        }
        return connections;
    }

    private static Agent agent(LocalFederation.Member member, List<HanseClient> connections) throws IOException {
        AgentKey key = AgentKey.generate();
        // The load shares the machine with what it measures: its signatures cost as little as they can.
        SigningKey fast = SigningKey.parse(key.toPem());
        Credentials credentials = connections.getFirst().register(key.signingWith(fast::sign), "");
        LedgerServiceGrpc.newBlockingStub(member.operator().channel())
                .deposit(DepositRequest.newBuilder()
                        .setAgentId(credentials.subject())
                        .setAmount(RICH)
                        .setRequestId(UUID.randomUUID().toString())
                        .build());
        return new Agent(
                "did:theprotocol:" + member.registry() + ":" + credentials.subject(),
                credentials,
                connections.stream()
                        .map(connection -> connection.as(credentials))
                        .toList());
    }

    /// The servers of the registries' databases, the first registry's first.
    List<Server> servers() throws IOException {
        List<Server> servers = new ArrayList<>();
        shared.ifPresent(database -> servers.add(Server.of(database)));
        for (LocalFederation.Member member : federation.members()) {
            if (member.config().database() instanceof NodeConfig.DatabaseSource.Embedded embedded
                    && Files.exists(embedded.directory())) {
                servers.add(Server.in(embedded.directory()));
            }
        }
        return servers;
    }

    /// One of them, by chance.
    static <T> T any(List<T> all) {
        return all.get(ThreadLocalRandom.current().nextInt(all.size()));
    }

    /// One of them that is not `other`.
    static <T> T anyBut(List<T> all, T other) {
        T chosen = any(all);
        while (chosen.equals(other)) {
            chosen = any(all);
        }
        return chosen;
    }

    static String id() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /// Waits for an asynchronous call and says in one line why it failed.
    static <T> T await(java.util.concurrent.Future<T> call) throws InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e);
        }
    }

    @Override
    public void close() {
        federation.close();
        shared.ifPresent(EmbeddedPostgres::close);
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(WireStage::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("left behind: " + file);
        }
    }
}
