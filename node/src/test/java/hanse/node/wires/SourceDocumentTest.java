package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/source.md` names a test for each sentence of the source: each of them must be there.
final class SourceDocumentTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]*Test)(?:\\.([a-z][A-Za-z]*))?`");
    private static final Pattern TEST =
            Pattern.compile("@(?:Test|ParameterizedTest|Property)\\b[^;]*?\\bvoid ([a-z][A-Za-z]*)\\(");

    @Test
    void everySentenceNamesTestsThatThereAre() throws IOException {
        Map<String, List<String>> tests = tests();
        List<String> sentences = Files.readAllLines(ROOT.resolve("docs/source.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| sentence |"))
                .toList();
        assertThat(sentences).hasSizeGreaterThan(70);
        assertThat(sentences).allSatisfy(sentence -> {
            List<MatchResult> named = NAME.matcher(sentence).results().toList();
            assertThat(named).isNotEmpty();
            assertThat(named).allSatisfy(name -> {
                assertThat(tests).containsKey(name.group(1));
                if (name.group(2) != null) {
                    assertThat(tests.get(name.group(1))).contains(name.group(2));
                }
            });
        });
    }

    /// Class → the names of its tests.
    private static Map<String, List<String>> tests() throws IOException {
        Map<String, List<String>> tests = new HashMap<>();
        for (String module : List.of("node", "proto", "sdk", "rest-bridge")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                        .toList()) {
                    tests.put(
                            file.getFileName().toString().replace(".java", ""),
                            TEST.matcher(Files.readString(file))
                                    .results()
                                    .map(found -> found.group(1))
                                    .toList());
                }
            }
        }
        return tests;
    }
}
