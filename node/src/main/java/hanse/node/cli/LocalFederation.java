package hanse.node.cli;

import hanse.node.NodeKeys;
import hanse.node.config.ConfigFile;
import hanse.node.config.ConfigTemplate;
import hanse.node.config.NodeConfig;
import hanse.node.config.Setting;
import hanse.peer.v1.AddPeerRequest;
import hanse.peer.v1.GetCardRequest;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.peer.v1.PeerServiceGrpc.PeerServiceBlockingStub;
import hanse.peer.v1.SignedCard;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseClient;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Two peered registries on this machine, each a process of its own with a PostgreSQL of its own: what `up` and `demo`
/// run.
///
/// ```
/// <directory>/
///   alpha.example/   hanse.yaml, ca.crt, keys/, postgres/, node.log
///   beta.example/    the same
/// ```
public final class LocalFederation implements AutoCloseable {
    /// The registries, in order.
    public static final List<String> REGISTRIES = List.of("alpha.example", "beta.example");

    private static final Duration START_PATIENCE = Duration.ofMinutes(3);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(45);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final int PORTS_APART = 100;
    private static final int LOG_TAIL = 4_096;

    private final List<Member> members;

    private LocalFederation(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /// Writes the settings of both registries where they are missing, and changes their ports where others are wanted.
    ///
    /// @param base the first registry listens at base+1 to base+4, the second at base+101 to base+104
    /// @param more settings for both, such as a smaller database for a demo
    public static LocalFederation prepare(Path directory, int base, Map<Setting, String> more) throws IOException {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < REGISTRIES.size(); i++) {
            String registry = REGISTRIES.get(i);
            Path own = directory.toAbsolutePath().normalize().resolve(registry);
            int first = base + PORTS_APART * i;
            Map<Setting, String> chosen = new EnumMap<>(Setting.class);
            chosen.put(Setting.REGISTRY, registry);
            chosen.put(Setting.HOSTS, "127.0.0.1,localhost");
            chosen.put(Setting.BIND, "127.0.0.1");
            chosen.put(Setting.PORT_GRPC, Integer.toString(first + 1));
            chosen.put(Setting.PORT_REST, Integer.toString(first + 2));
            chosen.put(Setting.PORT_PEER, Integer.toString(first + 3));
            chosen.put(Setting.PORT_OPS, Integer.toString(first + 4));
            chosen.put(Setting.FAUCET, "true");
            chosen.putAll(more);
            Path file = own.resolve(ConfigFile.NAME);
            NodeConfig config;
            if (Files.exists(file)) {
                NodeConfig before = ConfigFile.read(file, Map.of());
                if (before.ports().grpc() != first + 1) {
                    Files.writeString(file, ConfigTemplate.write(chosen));
                }
                config = ConfigFile.read(file, Map.of());
            } else {
                config = InitCommand.create(own, chosen);
            }
            members.add(new Member(config));
        }
        return new LocalFederation(members);
    }

    /// Registries that were written before, whatever they are.
    public static LocalFederation of(List<Member> members) {
        return new LocalFederation(members);
    }

    /// Writes the settings and keys of one registry, or of one more process of a registry.
    public static Member member(Path directory, Map<Setting, String> chosen) throws IOException {
        return new Member(InitCommand.create(directory, chosen));
    }

    /// The ports of both that something listens on already.
    public List<Integer> takenPorts() {
        List<Integer> taken = new ArrayList<>();
        for (Member member : members) {
            NodeConfig.Ports ports = member.config.ports();
            for (int port : new int[] {ports.grpc(), ports.rest(), ports.peer(), ports.ops()}) {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(new InetSocketAddress("127.0.0.1", port));
                } catch (IOException e) {
                    taken.add(port);
                }
            }
        }
        return taken;
    }

    /// @throws CommandException that names every port that is taken, and what to do
    public void requirePorts() {
        List<Integer> taken = takenPorts();
        if (!taken.isEmpty()) {
            throw CommandException.failed(
                    "Taken on this machine: " + (taken.size() == 1 ? "port " : "ports ")
                            + String.join(
                                    ", ", taken.stream().map(String::valueOf).toList())
                            + ". Stop what listens there (another `hanse up`?), or choose others with --ports N: N+1 to N+4 and N+101 to N+104.");
        }
    }

    /// Starts all and returns when they are ready for work.
    public void start() throws IOException, InterruptedException {
        for (Member member : members) {
            member.launch();
        }
        for (Member member : members) {
            member.awaitReady();
        }
    }

    /// Exchanges cards, every two of them both ways, and returns when each calls the others ACTIVE. Doing it again
    /// changes nothing but an address that has changed.
    public void peer() throws IOException, InterruptedException {
        for (int i = 0; i < members.size(); i++) {
            for (Member other : members.subList(i + 1, members.size())) {
                peer(members.get(i), other);
            }
        }
    }

    private static void peer(Member first, Member second) throws IOException, InterruptedException {
        SignedCard firstCard = first.peers().getCard(GetCardRequest.getDefaultInstance());
        SignedCard secondCard = second.peers().getCard(GetCardRequest.getDefaultInstance());
        first.add(secondCard);
        second.add(firstCard);
        first.awaitActive(second.registry());
        second.awaitActive(first.registry());
    }

    public Member alpha() {
        return members.getFirst();
    }

    public Member beta() {
        return members.getLast();
    }

    public List<Member> members() {
        return members;
    }

    /// Ends when a member's process has ended without being asked to.
    public CompletableFuture<Member> firstDeath() {
        CompletableFuture<Member> death = new CompletableFuture<>();
        for (Member member : members) {
            member.process().onExit().thenAccept(ended -> death.complete(member));
        }
        return death;
    }

    /// Drains and stops all.
    @Override
    public void close() {
        members.forEach(Member::askToStop);
        members.forEach(Member::awaitStop);
    }

    /// One registry: a process and its directory.
    public static final class Member {
        private final NodeConfig config;
        private Optional<Process> process = Optional.empty();
        private Optional<HanseClient> client = Optional.empty();

        private Member(NodeConfig config) {
            this.config = config;
        }

        public String registry() {
            return config.registry().value();
        }

        public NodeConfig config() {
            return config;
        }

        public Path directory() {
            return config.directory();
        }

        /// What the process has logged.
        public Path log() {
            return config.directory().resolve("node.log");
        }

        public Path caFile() {
            return config.caFile();
        }

        public Path operatorKey() {
            return config.operatorKey(NodeKeys.FIRST_OPERATOR);
        }

        /// `host:port` of the gRPC port.
        public String grpc() {
            return config.local(config.ports().grpc());
        }

        /// URL of the REST port.
        public String rest() {
            return "https://" + config.local(config.ports().rest());
        }

        public String peerEndpoint() {
            return config.local(config.ports().peer());
        }

        /// URL of metrics and health.
        public String ops() {
            return "http://127.0.0.1:" + config.ports().ops();
        }

        /// A connection that signs nothing; one for as long as this member lives, across restarts of its process.
        public synchronized HanseClient client() throws IOException {
            if (client.isEmpty()) {
                client = Optional.of(HanseClient.connect(grpc(), caFile(), registry()));
            }
            return client.get();
        }

        /// A connection that signs as the first operator.
        public HanseClient operator() throws IOException {
            return client().as(Credentials.operator(NodeKeys.FIRST_OPERATOR, AgentKey.read(operatorKey()), registry()));
        }

        /// Starts the process, which stops by itself when this one ends.
        ///
        /// @param javaOptions for its JVM
        public void launch(String... javaOptions) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(ProcessHandle.current()
                    .info()
                    .command()
                    .orElseThrow(() -> new IOException("cannot tell which java runs this")));
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(argument -> !argument.startsWith("-Xmx")
                            && !argument.startsWith("-agentlib")
                            && !argument.startsWith("-javaagent"))
                    .forEach(command::add);
            command.addAll(List.of(javaOptions));
            command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path"), Hanse.class.getName()));

            command.addAll(List.of(
                    "serve",
                    "--until-input-ends",
                    "--config",
                    config.directory().resolve(ConfigFile.NAME).toString()));
            // The node's standard input is a pipe from us: when we are gone, however, it ends, and the node drains.
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            // Settings in our environment are for a node of the caller's, not for both of these.
            builder.environment().keySet().removeIf(name -> name.startsWith("HANSE_"));
            process = Optional.of(builder.start());
            // A fresh connection, which has no reason to wait before it tries.
            disconnect();
        }

        private synchronized void disconnect() {
            client.ifPresent(HanseClient::close);
            client = Optional.empty();
        }

        /// Returns when the node says that it is ready for work.
        public void awaitReady() throws IOException, InterruptedException {
            Instant deadline = Instant.now().plus(START_PATIENCE);
            try (HttpClient http = HttpClient.newBuilder()
                    .connectTimeout(Duration.ofSeconds(1))
                    .build()) {
                HttpRequest question = HttpRequest.newBuilder(URI.create(ops() + "/readyz"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
                while (Instant.now().isBefore(deadline)) {
                    if (!process().isAlive()) {
                        throw CommandException.failed(
                                registry() + " ended with code " + process().exitValue()
                                        + " instead of starting. The end of " + log() + ":\n" + logTail());
                    }
                    try {
                        if (http.send(question, HttpResponse.BodyHandlers.discarding())
                                        .statusCode()
                                == 200) {
                            return;
                        }
                    } catch (IOException e) {
                        // Nothing listens there yet: it is asked again until the deadline.
                        Thread.sleep(LOOK_AGAIN);
                        continue;
                    }
                    Thread.sleep(LOOK_AGAIN);
                }
            }
            throw CommandException.failed(registry() + " was not ready within " + START_PATIENCE.toMinutes()
                    + " minutes. The end of " + log() + ":\n" + logTail());
        }

        /// Kills the process with SIGKILL, as a power cut of the node would, and returns when it is gone.
        public void kill() throws InterruptedException {
            process().destroyForcibly().waitFor();
        }

        /// Kills PostgreSQL's first process with SIGKILL: the whole server goes down without writing anything more.
        public void killDatabase() throws IOException, InterruptedException {
            long pid = databasePid();
            ProcessHandle server = ProcessHandle.of(pid)
                    .orElseThrow(() -> new IOException("PostgreSQL of " + registry() + " does not run"));
            CompletableFuture<ProcessHandle> gone = server.onExit();
            server.destroyForcibly();
            try {
                gone.get(30, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
                throw new IOException("PostgreSQL of " + registry() + " did not end", e);
            }
        }

        /// Kills the process and its PostgreSQL together, as a power cut of the machine would; both are gone then.
        public void killWithDatabase() throws IOException, InterruptedException {
            Optional<ProcessHandle> server = ProcessHandle.of(databasePid());
            server.ifPresent(ProcessHandle::destroyForcibly);
            kill();
            server.ifPresent(gone -> gone.onExit().join());
        }

        /// PostgreSQL's first process.
        public long databasePid() throws IOException {
            Path embedded = switch (config.database()) {
                case NodeConfig.DatabaseSource.Embedded(Path where, int _) -> where;
                case NodeConfig.DatabaseSource.Jdbc jdbc -> throw new IOException(registry() + " uses " + jdbc);
            };
            return Long.parseLong(Files.readAllLines(embedded.resolve("data/postmaster.pid"))
                    .getFirst()
                    .strip());
        }

        /// Whether PostgreSQL runs, as another process than that one.
        public boolean databaseIsAnotherThan(long before) {
            try {
                long now = databasePid();
                return now != before && ProcessHandle.of(now).isPresent();
            } catch (IOException | RuntimeException e) {
                // Between two lives there is no such file, or half of one.
                return false;
            }
        }

        /// The node's process.
        public long pid() {
            return process().pid();
        }

        public boolean isAlive() {
            return process.map(Process::isAlive).orElse(false);
        }

        Process process() {
            return process.orElseThrow(() -> new IllegalStateException(registry() + " has not been started"));
        }

        private PeerServiceBlockingStub peers() throws IOException {
            return PeerServiceGrpc.newBlockingStub(operator().channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
        }

        private void add(SignedCard card) throws IOException {
            Peer unused = peers().addPeer(AddPeerRequest.newBuilder()
                    .setCard(card)
                    .setFingerprint(card.getFingerprint())
                    .setRequestId(UUID.randomUUID().toString())
                    .build());
        }

        private void awaitActive(String other) throws IOException, InterruptedException {
            Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
            GetPeerRequest question =
                    GetPeerRequest.newBuilder().setRegistryId(other).build();
            while (true) {
                Peer peer = peers().getPeer(question);
                if (peer.getStatus() == Peer.Status.ACTIVE || peer.getStatus() == Peer.Status.SUSPENDED) {
                    return;
                }
                if (Instant.now().isAfter(deadline)) {
                    throw CommandException.failed(registry() + " does not reach " + other + ": " + peer.getLastFault());
                }
                Thread.sleep(LOOK_AGAIN);
            }
        }

        private void askToStop() {
            disconnect();
            process.ifPresent(Process::destroy);
        }

        private void awaitStop() {
            process.ifPresent(running -> {
                try {
                    if (!running.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                        running.destroyForcibly().waitFor();
                    }
                } catch (InterruptedException e) {
                    running.destroyForcibly();
                    Thread.currentThread().interrupt();
                }
            });
        }

        private String logTail() throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
                long start = Math.max(0, file.length() - LOG_TAIL);
                file.seek(start);
                byte[] end = new byte[(int) (file.length() - start)];
                file.readFully(end);
                List<String> lines =
                        new String(end, StandardCharsets.UTF_8).lines().toList();
                return String.join(
                        "\n",
                        lines.isEmpty()
                                ? Collections.emptyList()
                                : lines.subList(Math.max(0, lines.size() - 25), lines.size()));
            }
        }
    }
}
