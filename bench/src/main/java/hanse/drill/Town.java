package hanse.drill;

import hanse.certs.SigningKey;
import hanse.error.v1.Reason;
import hanse.ledger.v1.DepositRequest;
import hanse.ledger.v1.LedgerServiceGrpc;
import hanse.ledger.v1.TransferRequest;
import hanse.node.call.RegistryId;
import hanse.node.cli.Hanse;
import hanse.node.cli.LocalFederation.Member;
import hanse.node.config.NodeConfig;
import hanse.node.federation.Canary;
import hanse.peer.v1.GetPeerRequest;
import hanse.peer.v1.Peer;
import hanse.peer.v1.PeerServiceGrpc;
import hanse.sdk.AgentKey;
import hanse.sdk.Credentials;
import hanse.sdk.HanseException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// One registry: its processes, the ways to them, and its agents.
final class Town implements AutoCloseable {
    static final String RICH = "1000000";

    /// Its processes live short lives: they are to be up again soon, rather than fast in the end.
    private static final String SOON_UP = "-XX:TieredStopAtLevel=1";

    private static final int AGENTS = 8;

    private final List<Member> processes = new CopyOnWriteArrayList<>();
    private final List<Party> agents = new ArrayList<>();
    private final Proxy peers;
    private final Proxy clients;
    private final Door door;

    /// @param first its first process, which need not run yet
    /// @param peers the way for peers, which its card names
    Town(Member first, Proxy peers) throws IOException {
        this.peers = peers;
        this.clients = new Proxy();
        this.door = new Door(clients.address(), first.caFile(), first.registry());
        add(first);
    }

    String registry() {
        return first().registry();
    }

    /// Any of its processes will do where they share everything; this is the one that there always is.
    Member first() {
        return processes.getFirst();
    }

    List<Member> processes() {
        return List.copyOf(processes);
    }

    /// From now on this process is called, too.
    void add(Member process) {
        processes.add(process);
        route();
    }

    void remove(Member process) {
        processes.remove(process);
        route();
    }

    /// Starts a process.
    ///
    /// @param javaOptions for its JVM
    static void launch(Member process, String... javaOptions) throws IOException {
        String[] all = Arrays.copyOf(javaOptions, javaOptions.length + 1);
        all[javaOptions.length] = SOON_UP;
        process.launch(all);
    }

    private void route() {
        peers.to(processes.stream().map(one -> one.config().ports().peer()).toList());
        clients.to(processes.stream().map(one -> one.config().ports().grpc()).toList());
    }

    /// The way for peers.
    Proxy peers() {
        return peers;
    }

    Door door() {
        return door;
    }

    List<Party> agents() {
        return List.copyOf(agents);
    }

    /// Registers its agents and makes them rich.
    void settle() throws IOException {
        for (int i = 0; i < AGENTS; i++) {
            AgentKey key = AgentKey.generate();
            // Clients share the machine with what they try: their signatures cost as little as they can.
            SigningKey fast = SigningKey.parse(key.toPem());
            Credentials agent = door.client(i).register(key.signingWith(fast::sign), "agent-" + i);
            agents.add(new Party(agent, door::client));
            var unused = first().operator()
                    .ledger()
                    .deposit(DepositRequest.newBuilder()
                            .setAgentId(agent.subject())
                            .setAmount(RICH)
                            .setRequestId("rich-" + i)
                            .build());
        }
    }

    /// Whether its database is its own process's, and not one that several share.
    boolean ownsItsDatabase() {
        return first().config().database() instanceof NodeConfig.DatabaseSource.Embedded;
    }

    /// Lets its canary pay peers, or not.
    void letCanaryPay(boolean may) throws IOException {
        done(may ? "unfreeze" : "freeze", Canary.of(new RegistryId(registry())).toString());
    }

    /// Why an agent who pays another now is refused; empty if it is not.
    Optional<Reason> refusal() {
        try {
            var unused = LedgerServiceGrpc.newBlockingStub(agents.getFirst().channel(0))
                    .withWaitForReady()
                    .transfer(TransferRequest.newBuilder()
                            .setTo(agents.getLast().did())
                            .setAmount("1")
                            .setRequestId(UUID.randomUUID().toString())
                            .build());
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            return Optional.of(HanseException.of(e).reason());
        }
    }

    /// What its operator sees of a peer.
    Peer peer(String registry) throws IOException {
        return PeerServiceGrpc.newBlockingStub(first().operator().channel())
                .getPeer(GetPeerRequest.newBuilder().setRegistryId(registry).build());
    }

    /// What a command has printed, and its exit code.
    record Said(int code, String words) {}

    /// Runs a command of `hanse` as its operator.
    Said hanse(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        int code = Hanse.commandLine()
                .setOut(writer)
                .setErr(writer)
                .execute(Stream.concat(
                                Stream.of(words),
                                Stream.of("--dir", first().directory().toString()))
                        .toArray(String[]::new));
        return new Said(code, said.toString());
    }

    /// Runs one that must succeed.
    void done(String... words) {
        Said said = hanse(words);
        if (said.code() != 0) {
            throw new IllegalStateException("hanse " + String.join(" ", words) + ": " + said.words());
        }
    }

    /// Has it show its peers at once what it shows them every minute.
    void showCheckpoint() throws SQLException, IOException {
        try (Connection database = database();
                Statement statement = database.createStatement()) {
            statement.execute("update scheduled_tasks set execution_time = now()"
                    + " where task_name = 'checkpoints-exchange' and not picked");
        }
    }

    /// Its database, as its operator sees it.
    Connection database() throws SQLException, IOException {
        return switch (first().config().database()) {
            case NodeConfig.DatabaseSource.Jdbc(String url, String user, String password, int _) ->
                DriverManager.getConnection(url, user, password);
            case NodeConfig.DatabaseSource.Embedded(Path directory, int _) -> {
                String port = Files.readAllLines(directory.resolve("data/postmaster.pid"))
                        .get(3)
                        .strip();
                yield DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + port + "/hanse",
                        "hanse",
                        Files.readString(directory.resolve("password")).strip());
            }
        };
    }

    @Override
    public void close() {
        door.close();
        clients.close();
        peers.close();
    }
}
