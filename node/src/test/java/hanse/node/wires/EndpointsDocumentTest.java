package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/endpoints.md` says how the source's endpoints are served: compared with the definitions that are shipped.
final class EndpointsDocumentTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern VARIABLE = Pattern.compile("\\{[a-z_]+}");

    /// How many endpoints each of the source's tables has.
    private static final Map<String, Integer> TABLES =
            Map.of("A2A payment tokens", 4, "Contracts", 12, "Disputes", 5, "Settlement between registries", 8);

    /// A line of the document.
    ///
    /// @param source method and path, as the source has them
    /// @param path the same, as it is bound
    private record Row(String source, String rpc, String path, Set<String> roles, List<String> tests) {}

    @Test
    void everyEndpointOfTheSourceHasItsLine() throws IOException {
        Map<String, List<Row>> tables = tables();
        assertThat(tables.keySet()).isEqualTo(TABLES.keySet());
        tables.forEach((table, rows) -> {
            assertThat(rows).as(table).hasSize(TABLES.get(table));
            assertThat(rows).extracting(Row::source).doesNotHaveDuplicates();
            assertThat(rows)
                    .allSatisfy(row -> assertThat(shape(row.path()))
                            .as("what is bound is the source's path")
                            .isEqualTo(shape(row.source())));
        });
    }

    @Test
    void everyLineSaysWhatTheDefinitionsSay() throws IOException {
        Map<String, BoundRpc> rpcs = BoundRpc.all().stream().collect(Collectors.toMap(BoundRpc::name, rpc -> rpc));
        for (Row row : rows()) {
            assertThat(rpcs).containsKey(row.rpc());
            BoundRpc rpc = rpcs.get(row.rpc());
            assertThat(rpc.bindings())
                    .extracting(binding -> binding.getPatternCase() + " " + HttpQuestion.path(binding))
                    .contains(row.path());
            assertThat(rpc.roles().stream().map(role -> role.name().toLowerCase(Locale.ROOT)))
                    .as(row.source())
                    .containsExactlyInAnyOrderElementsOf(row.roles());
        }
    }

    @Test
    void everyNamedTestExists() throws IOException {
        Set<String> tests = testClasses();
        assertThat(rows()).allSatisfy(row -> {
            assertThat(row.tests()).isNotEmpty();
            assertThat(tests).containsAll(row.tests());
        });
    }

    private static Set<String> testClasses() throws IOException {
        Set<String> found;
        try (Stream<Path> files = Stream.of("node", "sdk", "rest-bridge")
                .map(module -> ROOT.resolve(module).resolve("src/test/java"))
                .flatMap(EndpointsDocumentTest::walk)) {
            found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
        return found;
    }

    private static Stream<Path> walk(Path directory) {
        try {
            return Files.walk(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A path whatever its variables are called, with or without a slash at its end.
    private static String shape(String path) {
        String plain = VARIABLE.matcher(path).replaceAll("{}");
        return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }

    private static List<Row> rows() throws IOException {
        return tables().values().stream().flatMap(List::stream).toList();
    }

    private static Map<String, List<Row>> tables() throws IOException {
        Map<String, List<Row>> tables = new LinkedHashMap<>();
        String heading = "";
        for (String line : Files.readAllLines(ROOT.resolve("docs/endpoints.md"))) {
            if (line.startsWith("## ")) {
                heading = line.substring("## ".length());
            } else if (line.startsWith("| `")) {
                tables.computeIfAbsent(heading, _ -> new ArrayList<>()).add(row(line));
            }
        }
        return tables;
    }

    private static Row row(String line) {
        List<String> columns = List.of(line.substring(2, line.length() - 2).split(" \\| ", -1));
        assertThat(columns).hasSize(5);
        return new Row(
                code(columns.get(0)).getFirst(),
                code(columns.get(1)).getFirst(),
                code(columns.get(2)).getFirst(),
                Set.of(columns.get(3).split(", ", -1)),
                code(columns.get(4)));
    }

    private static List<String> code(String column) {
        return CODE.matcher(column)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
