package hanse.node.config;

import hanse.node.call.Did;
import hanse.node.call.RefusedException;
import hanse.node.call.RegistryId;
import hanse.node.config.ConfigException.Problem;
import hanse.node.config.NodeConfig.Bond;
import hanse.node.config.NodeConfig.DatabaseSource;
import hanse.node.config.NodeConfig.Log;
import hanse.node.config.NodeConfig.Peers;
import hanse.node.config.NodeConfig.Ports;
import hanse.node.config.NodeConfig.Trust;
import hanse.node.config.NodeConfig.Writing;
import hanse.node.ledger.Avt;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads `hanse.yaml` and the environment, and checks all of it before it complains.
public final class ConfigFile {
    /// The file's name in a node's directory.
    public static final String NAME = "hanse.yaml";

    private static final int FILE_ORDINAL = 100;
    private static final int ENVIRONMENT_ORDINAL = 300;

    /// A variable that is less far than this from a setting's is taken for a misspelling of it. Others that begin with
    /// HANSE_ are left alone: an orchestrator sets some for every service (`HANSE_SERVICE_HOST`).
    private static final int MISSPELT = 3;

    private static final Set<String> OWN_VARIABLES = Set.of("HANSE_HOME", "HANSE_JAVA_OPTS", "HANSE_DIR", "HANSE_AT");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45}");
    private static final Pattern ENDPOINT = Pattern.compile("([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:]+])(:([0-9]{1,5}))");
    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]$");

    private final Path file;
    private final SmallRyeConfig values;
    private final List<Problem> problems = new ArrayList<>();

    private ConfigFile(Path file, SmallRyeConfig values) {
        this.file = file;
        this.values = values;
    }

    /// Reads the file with this process's environment over it.
    ///
    /// @throws ConfigException that lists everything that is wrong
    public static NodeConfig read(Path file) {
        return read(file, System.getenv());
    }

    /// The same with an environment of the caller's.
    public static NodeConfig read(Path file, Map<String, String> environment) {
        List<Problem> problems = new ArrayList<>();
        String text;
        Map<String, String> fromFile;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
            fromFile = text.isBlank()
                    ? Map.of()
                    : new YamlConfigSource(file.toString(), text, FILE_ORDINAL).getProperties();
        } catch (IOException e) {
            throw new ConfigException(
                    file.toString(),
                    List.of(new Problem("file", "it cannot be read", "a readable file; `hanse init` makes one")));
        } catch (RuntimeException e) {
            // The parser's complaint names line and column.
            String where = String.valueOf(e.getMessage())
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("in "))
                    .findFirst()
                    .orElse("");
            throw new ConfigException(
                    file.toString(),
                    List.of(new Problem(
                            "file", "it is not YAML " + where, "`name: value` lines; see README, Settings")));
        }
        for (String key : new TreeMap<>(fromFile).keySet()) {
            String path = INDEX.matcher(key).replaceFirst("");
            Optional<Setting> setting = Setting.at(path);
            if (setting.isEmpty()) {
                problems.add(new Problem(path, "no such setting", suggestion(path, Setting::path)));
            } else if (!setting.get().isList() && !path.equals(key)) {
                problems.add(new Problem(path, "a list", "one value"));
            }
        }
        Map<String, String> fromEnvironment = environment(environment, problems);
        SmallRyeConfig values = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(fromFile, file.toString(), FILE_ORDINAL))
                .withSources(new PropertiesConfigSource(fromEnvironment, "environment", ENVIRONMENT_ORDINAL))
                .build();
        ConfigFile reading = new ConfigFile(file, values);
        reading.problems.addAll(problems);
        return reading.config();
    }

    private static Map<String, String> environment(Map<String, String> environment, List<Problem> problems) {
        Map<String, String> found = new HashMap<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            if (!name.startsWith("HANSE_") || OWN_VARIABLES.contains(name)) {
                return;
            }
            Optional<Setting> setting = Arrays.stream(Setting.values())
                    .filter(s -> s.variable().equals(name))
                    .findFirst();
            if (setting.isPresent()) {
                found.put(setting.get().path(), value);
            } else {
                Arrays.stream(Setting.values())
                        .map(Setting::variable)
                        .filter(variable -> distance(variable, name) < MISSPELT)
                        .findFirst()
                        .ifPresent(variable -> problems.add(new Problem(name, "no such variable", variable)));
            }
        });
        return found;
    }

    private NodeConfig config() {
        Path directory = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElse(file.toAbsolutePath());
        String registry = text(Setting.REGISTRY);
        if (!RegistryId.isValid(registry)) {
            problem(
                    Setting.REGISTRY,
                    registry.isEmpty() ? "not set" : "\"" + registry + "\"",
                    "a DNS name in lower case such as alpha.example");
        }
        List<String> hosts = list(Setting.HOSTS);
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                problem(Setting.HOSTS, "\"" + host + "\"", "host names or addresses, without scheme and port");
            }
        }
        if (hosts.isEmpty()) {
            problem(Setting.HOSTS, "empty", "at least one host name or address");
        }
        String host = hosts.isEmpty() ? "localhost" : hosts.getFirst();
        int grpc = port(Setting.PORT_GRPC);
        int rest = port(Setting.PORT_REST);
        int peer = port(Setting.PORT_PEER);
        int ops = port(Setting.PORT_OPS);
        if (Stream.of(grpc, rest, peer, ops)
                        .filter(port -> port != 0)
                        .distinct()
                        .count()
                < Stream.of(grpc, rest, peer, ops).filter(port -> port != 0).count()) {
            problems.add(new Problem("ports", "two ports are the same", "four different ports"));
        }
        NodeConfig config = new NodeConfig(
                directory,
                new RegistryId(RegistryId.isValid(registry) ? registry : "invalid"),
                hosts,
                url(Setting.PUBLIC_URL, "https://" + bracketed(host) + ":" + rest),
                address(Setting.BIND),
                new Ports(grpc, rest, peer, ops, address(Setting.OPS_BIND)),
                database(directory),
                path(directory, Setting.KEYS),
                new Writing(
                        integer(Setting.WRITERS, 1, 16),
                        integer(Setting.LARGEST_BATCH, 1, 8_192),
                        integer(Setting.LONGEST_QUEUE, 1, 1_000_000),
                        Duration.ofMillis(integer(Setting.LONGEST_WAIT, 1, 60_000))),
                integer(Setting.FEE_PPM, 0, 500_000),
                integer(Setting.ATTESTATION_REDUCTION, 0, 500_000),
                flag(Setting.FAUCET),
                integer(Setting.RATE_FACTOR, 1, 1_000_000),
                new Peers(
                        amount(Setting.PEER_EXPOSURE),
                        endpoint(Setting.PEER_ENDPOINT, bracketed(host) + ":" + peer),
                        flag(Setting.PEER_CANARY)),
                new Trust(
                        seeds(),
                        number(Setting.TRUST_DAMPING, 0.01, 1),
                        Duration.ofSeconds(integer(Setting.TRUST_SECONDS, 1, 86_400)),
                        flag(Setting.TRUST_ATTESTATIONS),
                        integer(Setting.TRUST_ATTESTED, 1, 1_000_000_000)),
                new Bond(
                        text(Setting.BOND_AMOUNT).isEmpty()
                                ? Optional.empty()
                                : Optional.of(amount(Setting.BOND_AMOUNT)),
                        integer(Setting.BOND_TRANSACTIONS, 0, Integer.MAX_VALUE),
                        Duration.ofDays(integer(Setting.BOND_AGE, 0, 36_500)),
                        number(Setting.BOND_EIGENTRUST, 0, 1),
                        Duration.ofDays(integer(Setting.BOND_RELEASE, 0, 3_650)),
                        rpcs()),
                origins(),
                new Log(
                        Log.Format.valueOf(
                                oneOf(Setting.LOG_FORMAT, "text", "json").toUpperCase(java.util.Locale.ROOT)),
                        oneOf(Setting.LOG_LEVEL, "info", "error", "warn", "debug")),
                Duration.ofDays(integer(Setting.LEAF_DAYS, 1, 397)),
                Duration.ofSeconds(integer(Setting.DRAIN_SECONDS, 1, 600)));
        if (!problems.isEmpty()) {
            throw new ConfigException(file.toString(), problems);
        }
        return config;
    }

    private DatabaseSource database(Path directory) {
        int connections = integer(Setting.POOL, 5, 500);
        String url = text(Setting.JDBC_URL);
        if (url.isEmpty()) {
            for (Setting needsUrl : List.of(Setting.JDBC_USER, Setting.JDBC_PASSWORD, Setting.JDBC_PASSWORD_FILE)) {
                if (!text(needsUrl).isEmpty()) {
                    problem(needsUrl, "set without " + Setting.JDBC_URL.path(), "both or neither");
                }
            }
            return new DatabaseSource.Embedded(path(directory, Setting.EMBEDDED), connections);
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            problem(Setting.JDBC_URL, "not a PostgreSQL URL", "jdbc:postgresql://host:port/database");
        }
        String password = text(Setting.JDBC_PASSWORD);
        String passwordFile = text(Setting.JDBC_PASSWORD_FILE);
        if (!passwordFile.isEmpty()) {
            if (!password.isEmpty()) {
                problem(Setting.JDBC_PASSWORD, "set beside " + Setting.JDBC_PASSWORD_FILE.path(), "one of them");
            }
            try {
                password = Files.readString(directory.resolve(passwordFile)).strip();
            } catch (IOException e) {
                problem(Setting.JDBC_PASSWORD_FILE, "it cannot be read", "a readable file");
            }
        }
        return new DatabaseSource.Jdbc(url, text(Setting.JDBC_USER), password, connections);
    }

    // --- one value at a time

    private String text(Setting setting) {
        return values.getOptionalValue(setting.path(), String.class)
                .map(String::strip)
                .orElse("");
    }

    private String textOrStandard(Setting setting) {
        String text = text(setting);
        return text.isEmpty() ? setting.standard() : text;
    }

    private List<String> list(Setting setting) {
        List<String> found = new ArrayList<>();
        Optional<String> plain = values.getOptionalValue(setting.path(), String.class);
        if (plain.isPresent()) {
            found.addAll(Arrays.asList(plain.get().split(",")));
        } else {
            for (int i = 0; ; i++) {
                Optional<String> item = values.getOptionalValue(setting.path() + "[" + i + "]", String.class);
                if (item.isEmpty()) {
                    break;
                }
                found.add(item.get());
            }
            if (found.isEmpty()) {
                found.addAll(Arrays.asList(setting.standard().split(",")));
            }
        }
        return found.stream()
                .map(String::strip)
                .filter(Predicate.not(String::isEmpty))
                .toList();
    }

    private int port(Setting setting) {
        return integer(setting, 0, 65_535);
    }

    private int integer(Setting setting, int least, int most) {
        String text = textOrStandard(setting);
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, with what is expected
            problem(setting, "\"" + text + "\"", "a whole number from " + least + " to " + most);
            return least;
        }
        problem(setting, text, "a whole number from " + least + " to " + most);
        return least;
    }

    private double number(Setting setting, double least, double most) {
        String text = textOrStandard(setting);
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, with what is expected
            problem(setting, "\"" + text + "\"", "a number from " + least + " to " + most);
            return least;
        }
        problem(setting, text, "a number from " + least + " to " + most);
        return least;
    }

    private boolean flag(Setting setting) {
        return oneOf(setting, "false", "true").equals("true");
    }

    /// The first choice stands in for a wrong one.
    private String oneOf(Setting setting, String... choices) {
        String text = textOrStandard(setting);
        if (!Arrays.asList(choices).contains(text)) {
            problem(setting, "\"" + text + "\"", String.join(" or ", choices));
            return choices[0];
        }
        return text;
    }

    private Path path(Path directory, Setting setting) {
        return directory.resolve(textOrStandard(setting)).normalize();
    }

    private String address(Setting setting) {
        String text = textOrStandard(setting);
        if (!HOST.matcher(text).matches()) {
            problem(setting, "\"" + text + "\"", "an address such as 127.0.0.1 or 0.0.0.0");
        }
        return text;
    }

    private URI url(Setting setting, String standard) {
        String text = text(setting).isEmpty() ? standard : text(setting);
        try {
            URI url = new URI(text);
            if ("https".equals(url.getScheme()) && url.getHost() != null && url.getRawQuery() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            problem(setting, "\"" + text + "\"", "an https URL");
            return URI.create("https://localhost");
        }
        problem(setting, "\"" + text + "\"", "an https URL without a query");
        return URI.create("https://localhost");
    }

    private String endpoint(Setting setting, String standard) {
        String text = text(setting).isEmpty() ? standard : text(setting);
        if (!ENDPOINT.matcher(text).matches()) {
            problem(setting, "\"" + text + "\"", "host:port");
        }
        return text;
    }

    private Avt amount(Setting setting) {
        String text = textOrStandard(setting);
        try {
            return Avt.parse(text);
        } catch (RefusedException e) {
            problem(setting, "\"" + text + "\"", "AVT greater than 0 with at most 6 decimals");
            return Avt.MAX;
        }
    }

    private List<Did> seeds() {
        List<Did> seeds = new ArrayList<>();
        for (String seed : list(Setting.TRUST_SEEDS)) {
            try {
                seeds.add(Did.parse(seed));
            } catch (RefusedException e) {
                problem(Setting.TRUST_SEEDS, "\"" + seed + "\"", "DIDs such as did:theprotocol:alpha.example:<uuid>");
            }
        }
        return seeds;
    }

    private Set<String> rpcs() {
        List<String> names = list(Setting.BOND_REQUIRED);
        Set<String> known = names.isEmpty() ? Set.of() : AgentRpcs.names();
        for (String name : names) {
            if (!known.contains(name)) {
                problem(
                        Setting.BOND_REQUIRED,
                        "\"" + name + "\" is no RPC that agents call and that can wait for a bond",
                        "full names such as hanse.payment.v1.PaymentService/Authorize");
            }
        }
        return Set.copyOf(names);
    }

    private List<String> origins() {
        List<String> origins = list(Setting.CORS);
        for (String origin : origins) {
            if (!origin.equals("*") && !origin.matches("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")) {
                problem(Setting.CORS, "\"" + origin + "\"", "origins such as https://shop.example, or *");
            }
        }
        return origins;
    }

    private void problem(Setting setting, String wrong, String expected) {
        problems.add(new Problem(setting.path(), wrong, expected));
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    // --- suggestions

    private static String suggestion(String path, java.util.function.Function<Setting, String> name) {
        return Arrays.stream(Setting.values())
                .map(name)
                .min(java.util.Comparator.comparingInt(
                        known -> Math.min(distance(known, path), distance(last(known), last(path)) + 1)))
                .filter(known -> distance(last(known), last(path))
                                <= Math.max(2, last(path).length() / 2)
                        || distance(known, path) <= path.length() / 2)
                .map(known -> "one of README's settings; did you mean " + known + "?")
                .orElse("one of README's settings");
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /// How many letters must be added, dropped or changed (Levenshtein).
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(changed, Math.min(before[j], now[j - 1]) + 1);
            }
            before = now;
        }
        return before[b.length()];
    }
}
