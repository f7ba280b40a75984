package hanse.drill;

import hanse.node.cli.CommandException;
import hanse.node.cli.LocalFederation;
import hanse.node.cli.LocalFederation.Member;
import hanse.node.config.Setting;
import hanse.schema.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Where a drill is held: peered registries, each of processes of its own on a PostgreSQL of its own.
final class Ground implements AutoCloseable {
    private static final List<String> REGISTRIES = List.of("alpha.example", "beta.example", "gamma.example");
    private static final int FIRST_PORT = 21_000;
    private static final int LAST_PORT = 30_000;
    private static final int PORTS_OF_A_PROCESS = 4;

    /// What the first registry's processes share, where there are several.
    private final Optional<EmbeddedPostgres> shared;

    private final Path directory;
    private final List<Town> towns = new ArrayList<>();
    private final List<Member> all = new ArrayList<>();
    private int nextPort = FIRST_PORT;

    private Ground(Path directory, Optional<EmbeddedPostgres> shared) {
        this.directory = directory;
        this.shared = shared;
    }

    /// Starts the registries, peers them and makes their agents rich.
    ///
    /// @param processes of the first registry; more than one share a database
    static Ground open(Path directory, int registries, int processes) throws IOException, InterruptedException {
        Ground ground = new Ground(
                directory,
                processes == 1
                        ? Optional.empty()
                        : Optional.of(EmbeddedPostgres.start(
                                directory.resolve("shared-postgres"), EmbeddedPostgres.Options.defaults())));
        try {
            for (String registry : REGISTRIES.subList(0, registries)) {
                ground.found(registry);
            }
            LocalFederation firsts =
                    LocalFederation.of(ground.towns.stream().map(Town::first).toList());
            for (Town town : ground.towns) {
                Town.launch(town.first());
            }
            for (Town town : ground.towns) {
                town.first().awaitReady();
            }
            firsts.peer();
            for (Town town : ground.towns) {
                town.settle();
            }
            for (int i = 1; i < processes; i++) {
                ground.towns.getFirst().add(ground.launchAnother());
            }
            return ground;
        } catch (IOException | InterruptedException | RuntimeException e) {
            ground.close();
            throw e;
        }
    }

    private void found(String registry) throws IOException {
        Proxy peers = new Proxy();
        Map<Setting, String> more = new EnumMap<>(Setting.class);
        more.put(Setting.PEER_ENDPOINT, peers.address());
        if (towns.isEmpty()) {
            shared.ifPresent(database -> {
                more.put(Setting.JDBC_URL, database.jdbcUrl());
                more.put(Setting.JDBC_USER, database.username());
                more.put(Setting.JDBC_PASSWORD, database.password());
                more.put(Setting.KEYS, directory.resolve("shared-keys").toString());
            });
        }
        towns.add(new Town(member(directory.resolve(registry), registry, more), peers));
    }

    private Member member(Path own, String registry, Map<Setting, String> more) throws IOException {
        Map<Setting, String> chosen = new EnumMap<>(Setting.class);
        int port = freePorts();
        chosen.put(Setting.REGISTRY, registry);
        chosen.put(Setting.HOSTS, "127.0.0.1,localhost");
        chosen.put(Setting.BIND, "127.0.0.1");
        chosen.put(Setting.PORT_GRPC, Integer.toString(port));
        chosen.put(Setting.PORT_REST, Integer.toString(port + 1));
        chosen.put(Setting.PORT_PEER, Integer.toString(port + 2));
        chosen.put(Setting.PORT_OPS, Integer.toString(port + 3));
        chosen.put(Setting.PEER_EXPOSURE, "1000000000");
        chosen.put(Setting.RATE_FACTOR, "1000000");
        chosen.put(Setting.LOG_LEVEL, "warn");
        chosen.put(Setting.DRAIN_SECONDS, "2");
        chosen.putAll(more);
        Member member = LocalFederation.member(own, chosen);
        all.add(member);
        return member;
    }

    /// Below those that the kernel gives to whoever connects: a process that is killed must find them free again.
    private int freePorts() {
        while (nextPort < LAST_PORT) {
            int first = nextPort;
            nextPort += PORTS_OF_A_PROCESS;
            boolean free = true;
            for (int i = 0; i < PORTS_OF_A_PROCESS; i++) {
                free &= isFree(first + i);
            }
            if (free) {
                return first;
            }
        }
        throw CommandException.failed("No free ports were found from " + FIRST_PORT + " to " + LAST_PORT + ".");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /// One more process of the first registry, on its database, ready for work and not yet called by anybody.
    Member launchAnother() throws IOException, InterruptedException {
        EmbeddedPostgres database = shared.orElseThrow();
        Member another = member(
                directory.resolve(towns.getFirst().registry() + "-" + all.size()),
                towns.getFirst().registry(),
                Map.of(
                        Setting.PEER_ENDPOINT, towns.getFirst().peers().address(),
                        Setting.JDBC_URL, database.jdbcUrl(),
                        Setting.JDBC_USER, database.username(),
                        Setting.JDBC_PASSWORD, database.password(),
                        Setting.KEYS, directory.resolve("shared-keys").toString()));
        Town.launch(another);
        another.awaitReady();
        return another;
    }

    List<Town> towns() {
        return List.copyOf(towns);
    }

    Town any(Random random, List<Town> among) {
        return among.get(random.nextInt(among.size()));
    }

    /// Any agent.
    Party any(Random random) {
        return anyOf(any(random, towns), random);
    }

    /// Another agent of the same registry.
    Party neighbour(Party of, Random random) {
        Town home = towns.stream()
                .filter(town -> town.registry().equals(of.registry()))
                .findFirst()
                .orElseThrow();
        Party other = anyOf(home, random);
        while (other.equals(of)) {
            other = anyOf(home, random);
        }
        return other;
    }

    /// An agent of another registry.
    Party foreigner(Party of, Random random) {
        return anyOf(
                any(
                        random,
                        towns.stream()
                                .filter(town -> !town.registry().equals(of.registry()))
                                .toList()),
                random);
    }

    private static Party anyOf(Town town, Random random) {
        return town.agents().get(random.nextInt(town.agents().size()));
    }

    @Override
    public void close() {
        LocalFederation.of(all.stream().filter(Member::isAlive).toList()).close();
        towns.forEach(Town::close);
        shared.ifPresent(EmbeddedPostgres::close);
    }
}
