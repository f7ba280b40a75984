package hanse.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hanse.node.config.ConfigException.Problem;
import hanse.node.config.NodeConfig.DatabaseSource;
import hanse.node.ledger.Avt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
    @TempDir
    Path directory;

    @Test
    void takesDefaultsForAllThatIsNotSaid() throws IOException {
        NodeConfig config = read("registry: alpha.example\n");
        assertThat(config.registry().value()).isEqualTo("alpha.example");
        assertThat(config.hosts()).containsExactly("localhost", "127.0.0.1");
        assertThat(config.ports()).isEqualTo(new NodeConfig.Ports(7101, 7102, 7103, 7104, "127.0.0.1"));
        assertThat(config.database()).isEqualTo(new DatabaseSource.Embedded(directory.resolve("postgres"), 24));
        assertThat(config.publicUrl()).hasToString("https://localhost:7102");
        assertThat(config.peers().endpoint()).isEqualTo("localhost:7103");
        assertThat(config.feePpm()).isEqualTo(5_000);
        assertThat(config.faucet()).isFalse();
    }

    @Test
    void reportsEveryErrorAtOnce() {
        List<Problem> problems = problems("""
                registry: Alpha Example
                hosts: ["https://alpha.example"]
                ports: {grpc: 70000, rest: eighty, peer: 9000, ops: 9000}
                fee_ppm: -1
                faucet: perhaps
                log: {format: xml, level: loud}
                peers: {exposure_limit: "1.0000001"}
                cors_origins: [shop.example]
                database: {user: hanse}
                """);
        assertThat(problems)
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "registry",
                        "hosts",
                        "ports.grpc",
                        "ports.rest",
                        "ports",
                        "public_url",
                        "peers.endpoint",
                        "fee_ppm",
                        "faucet",
                        "log.format",
                        "log.level",
                        "peers.exposure_limit",
                        "cors_origins",
                        "database.user");
        assertThat(problems).allSatisfy(problem -> {
            assertThat(problem.wrong()).isNotBlank();
            assertThat(problem.expected()).isNotBlank();
        });
    }

    @Test
    void takesAnUnknownKeyForAnErrorAndSuggestsTheNearest() {
        assertThat(problems("registry: alpha.example\nport:\n  grpc: 1\nfausset: true\nwriting: {writer: 2}\n"))
                .extracting(Problem::toString)
                .anySatisfy(text -> assertThat(text)
                        .startsWith("port.grpc: no such setting")
                        .contains("ports.grpc"))
                .anySatisfy(text ->
                        assertThat(text).startsWith("fausset: no such setting").contains("faucet"))
                .anySatisfy(text -> assertThat(text)
                        .startsWith("writing.writer: no such setting")
                        .contains("writing.writers"))
                .hasSize(3);
    }

    @Test
    void letsTheEnvironmentOverrideTheFile() throws IOException {
        Path file = write("registry: alpha.example\nports: {grpc: 1000}\nhosts: [a.example]\n");
        NodeConfig config = ConfigFile.read(
                file,
                Map.of(
                        "HANSE_PORTS_GRPC", "2000",
                        "HANSE_HOSTS", "b.example, c.example",
                        "HANSE_HOME", "/opt/hanse",
                        "HANSE_SERVICE_HOST", "10.0.0.1"));
        assertThat(config.ports().grpc()).isEqualTo(2_000);
        assertThat(config.hosts()).containsExactly("b.example", "c.example");
    }

    @Test
    void takesAMisspeltVariableForAnError() throws IOException {
        Path file = write("registry: alpha.example\n");
        ConfigException failure = catchThrowableOfType(
                ConfigException.class, () -> ConfigFile.read(file, Map.of("HANSE_PORTS_GRCP", "2000")));
        assertThat(failure.problems())
                .containsExactly(new Problem("HANSE_PORTS_GRCP", "no such variable", "HANSE_PORTS_GRPC"));
    }

    @Test
    void saysWhatIsWrongWithAFileThatIsNoYaml() {
        assertThat(problems("registry: [alpha\n")).hasSize(1);
        ConfigException missing = catchThrowableOfType(
                ConfigException.class, () -> ConfigFile.read(directory.resolve("none.yaml"), Map.of()));
        assertThat(missing.getMessage()).contains("cannot be read").contains("hanse init");
    }

    @Test
    void neverShowsAPassword() throws IOException {
        NodeConfig config = read("""
                registry: alpha.example
                database: {jdbc_url: "jdbc:postgresql://db/hanse", user: hanse, password: very-secret}
                """);
        assertThat(config.toString()).contains("jdbc:postgresql://db/hanse").doesNotContain("very-secret");
    }

    @Test
    void readsThePasswordFromAFile() throws IOException {
        Files.writeString(directory.resolve("password"), "very-secret\n");
        NodeConfig config = read("""
                registry: alpha.example
                database: {jdbc_url: "jdbc:postgresql://db/hanse", user: hanse, password_file: password}
                """);
        assertThat(config.database())
                .isEqualTo(new DatabaseSource.Jdbc("jdbc:postgresql://db/hanse", "hanse", "very-secret", 24));
    }

    @Test
    void writesAFileThatItReads() throws IOException {
        NodeConfig config = read(ConfigTemplate.write(Map.of(
                Setting.REGISTRY, "alpha.example",
                Setting.HOSTS, "alpha.example,127.0.0.1",
                Setting.PORT_GRPC, "8101",
                Setting.FAUCET, "true",
                Setting.JDBC_PASSWORD_FILE, "",
                Setting.PUBLIC_URL, "https://alpha.example")));
        assertThat(config.hosts()).containsExactly("alpha.example", "127.0.0.1");
        assertThat(config.ports().grpc()).isEqualTo(8_101);
        assertThat(config.faucet()).isTrue();
        assertThat(config.publicUrl()).hasToString("https://alpha.example");
    }

    @Test
    void readsWhatIsAskedOfABond() throws IOException {
        NodeConfig.Bond bond = read("""
                registry: alpha.example
                bond:
                  amount_avt: "50.5"
                  min_transactions: 10
                  min_age_days: 7
                  min_eigentrust: 0.25
                  release_days: 3
                  required_for: [hanse.payment.v1.PaymentService/Authorize, hanse.ledger.v1.LedgerService/Transfer]
                """).bond();
        assertThat(bond)
                .isEqualTo(new NodeConfig.Bond(
                        Optional.of(Avt.parse("50.5")),
                        10,
                        Duration.ofDays(7),
                        0.25,
                        Duration.ofDays(3),
                        Set.of("hanse.payment.v1.PaymentService/Authorize", "hanse.ledger.v1.LedgerService/Transfer")));
        assertThat(read("registry: alpha.example\n").bond().amount()).isEmpty();
    }

    @Test
    void namesAnUnknownRpcAmongAllOtherErrors() {
        assertThat(problems("""
                registry: alpha.example
                bond:
                  amount_avt: much
                  min_eigentrust: 2
                  required_for:
                    - hanse.payment.v1.PaymentService/Steal
                    - hanse.payment.v1.PaymentService/Authorize
                    - hanse.trust.v1.BondService/PostBond
                    - hanse.operator.v1.OperatorService/PutOperator
                    - hanse.agent.v1.AgentService/GetAgent
                trust:
                  damping: 0
                  seeds: [alice]
                """))
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "bond.amount_avt",
                        "bond.min_eigentrust",
                        "bond.required_for",
                        "bond.required_for",
                        "bond.required_for",
                        "bond.required_for",
                        "trust.damping",
                        "trust.seeds");
    }

    @Test
    void standsInReadmeWithEverySetting() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        for (Setting setting : Setting.values()) {
            assertThat(readme).as("README's table of settings").contains("| `" + setting.path() + "` |");
        }
    }

    private NodeConfig read(String yaml) throws IOException {
        return ConfigFile.read(write(yaml), Map.of());
    }

    private List<Problem> problems(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> read(yaml)).problems();
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve(ConfigFile.NAME), yaml);
    }
}
