package hanse.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CommandLineTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpsWithEveryCommand() {
        List<List<String>> paths = new ArrayList<>();
        collect(Hanse.commandLine(), List.of(), paths);
        assertThat(paths).hasSizeGreaterThan(40);
        for (List<String> path : paths) {
            List<String> arguments = new ArrayList<>(path);
            arguments.add("--help");
            out.getBuffer().setLength(0);
            assertThat(run(arguments.toArray(String[]::new)))
                    .as(String.join(" ", path))
                    .isZero();
            assertThat(out.toString())
                    .contains("Usage:")
                    .hasLineCount(out.toString().lines().toList().size());
            assertThat(out.toString().lines().count())
                    .as(String.join(" ", path))
                    .isGreaterThan(2);
        }
    }

    @Test
    void describesEveryCommandAndOption() {
        List<CommandLine> lines = new ArrayList<>();
        flatten(Hanse.commandLine(), lines);
        for (CommandLine line : lines) {
            var spec = line.getCommandSpec();
            assertThat(spec.usageMessage().description())
                    .as(spec.qualifiedName())
                    .isNotEmpty();
            spec.options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> assertThat(option.description())
                            .as(spec.qualifiedName() + " " + option.longestName())
                            .isNotEmpty());
        }
    }

    @Test
    void answersWrongUsageWithTwo() {
        assertThat(run("no-such-command")).isEqualTo(2);
        assertThat(run("init")).isEqualTo(2);
        assertThat(err.toString()).contains("--registry").contains("See hanse init --help.");
    }

    @Test
    void writesJsonAsItIsReadAloud() {
        Struct odd = Struct.newBuilder()
                .putFields(
                        "text",
                        Value.newBuilder()
                                .setStringValue("a==<b>&'c' \\u003d \\\\=")
                                .build())
                .build();
        assertThat(Json.line(odd)).isEqualTo("{\"text\":\"a==<b>&'c' \\\\u003d \\\\\\\\=\"}");
        Struct.Builder again = Struct.newBuilder();
        Json.read(Json.pretty(odd), again);
        assertThat(again.build()).isEqualTo(odd);
    }

    @Test
    void answersAnUnreachableNodeWithThreeAndNoStackTrace() throws IOException {
        assertThat(run(
                        "init",
                        "--registry",
                        "alpha.example",
                        "--host",
                        "localhost",
                        "--dir",
                        directory.toString(),
                        "--ports",
                        "1"))
                .isZero();
        assertThat(run("supply", "--dir", directory.toString())).isEqualTo(3);
        assertThat(err.toString()).contains("could not be reached").doesNotContain("\tat ");
    }

    @Test
    void reportsABadConfigurationWithTwo() throws IOException {
        Files.writeString(directory.resolve("hanse.yaml"), "registry: Alpha\nfee_ppm: much\n");
        assertThat(run("serve", "--config", directory.resolve("hanse.yaml").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("2 errors").contains("registry:").contains("fee_ppm:");
    }

    @Test
    void makesKeysThatOnlyTheirOwnerReads() throws IOException {
        Path node = directory.resolve("node");
        assertThat(run(
                        "init",
                        "--registry",
                        "alpha.example",
                        "--host",
                        "alpha.example,10.1.2.3",
                        "--dir",
                        node.toString()))
                .isZero();
        assertThat(mode(node.resolve("keys"))).isEqualTo("rwx------");
        for (String secret :
                List.of("ca.key", "public.key", "node.key", "signing.key", "token.secret", "operator-admin.key")) {
            assertThat(mode(node.resolve("keys").resolve(secret))).as(secret).isEqualTo("rw-------");
        }
        assertThat(mode(node.resolve("ca.crt"))).isEqualTo("rw-r--r--");
        assertThat(Files.readString(node.resolve("hanse.yaml"))).contains("hosts: [alpha.example, \"10.1.2.3\"]");
        assertThat(out.toString())
                .contains(node.resolve("keys/operator-admin.key").toString());
    }

    @Test
    void doesNotOverwriteANode() throws IOException {
        String[] init = {"init", "--registry", "alpha.example", "--host", "localhost", "--dir", directory.toString()};
        assertThat(run(init)).isZero();
        String key = Files.readString(directory.resolve("keys/signing.key"));
        assertThat(run(init)).isEqualTo(1);
        assertThat(err.toString()).contains("already");
        assertThat(Files.readString(directory.resolve("keys/signing.key"))).isEqualTo(key);
    }

    @Test
    void leavesNothingBehindWhenTheSettingsAreWrong() throws IOException {
        assertThat(run("init", "--registry", "Alpha", "--host", "localhost", "--dir", directory.toString()))
                .isEqualTo(2);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    private int run(String... arguments) {
        return Hanse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static void collect(CommandLine line, List<String> path, List<List<String>> into) {
        into.add(path);
        line.getSubcommands().forEach((name, sub) -> {
            if (!name.equals("help") && !name.equals("generate-completion")) {
                collect(sub, Stream.concat(path.stream(), Stream.of(name)).toList(), into);
            }
        });
    }

    private static void flatten(CommandLine line, List<CommandLine> into) {
        into.add(line);
        line.getSubcommands().values().forEach(sub -> flatten(sub, into));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
