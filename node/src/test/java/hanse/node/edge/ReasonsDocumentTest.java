package hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.ExtensionRegistry;
import hanse.error.v1.Reason;
import hanse.error.v1.ReasonOuterClass;
import hanse.error.v1.Wire;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/reasons.md` is written from the enum and its comments: with `-Dhanse.docs.write=true` by this test, and
/// without that compared.
final class ReasonsDocumentTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
    private static final Path DOCUMENT = ROOT.resolve("docs/reasons.md");

    private static final String PREFACE = """
            # Reasons

            Whatever Hanse refuses, it refuses for one of these reasons. Over gRPC the reason is `google.rpc.ErrorInfo.reason`
            with domain `hanse`, beside the status code; over REST it is `reason` in `application/problem+json`. The names are
            stable: test for them, not for texts. After any of them nothing has moved, except where the meaning says that the
            outcome is not known; then the same request with the same `request_id` finds it.

            Written from [reason.proto](../proto/src/main/proto/hanse/error/v1/reason.proto) and tested to be complete.
            """;

    @Test
    void theTableOfReasonsIsCompleteAndSaysWhatTheEnumSays() throws IOException {
        String document = document();
        if (Boolean.getBoolean("hanse.docs.write")) {
            Files.writeString(DOCUMENT, document);
        }
        for (Reason reason : Reason.values()) {
            if (reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED) {
                assertThat(document).containsOnlyOnce("| `" + reason.name() + "` |");
            }
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(document);
    }

    /// A reason that no test provokes may be one that nothing answers.
    @Test
    void everyReasonIsAnsweredSomewhereAndNamedByATest() throws IOException {
        String code = sources("src/main");
        String tests = sources("src/test");
        for (Reason reason : Reason.values()) {
            if (reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED) {
                Pattern name = Pattern.compile("\\b" + reason + "\\b");
                assertThat(name.matcher(code).find())
                        .as("%s in the code", reason)
                        .isTrue();
                assertThat(name.matcher(tests).find())
                        .as("%s in a test", reason)
                        .isTrue();
            }
        }
    }

    private static String sources(String where) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String module : List.of("node", "rest-bridge", "sdk", "peer-gateway")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(where))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    all.append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }

    /// 402 tells a client to pay and to ask again, and carries how. A balance that is too small is not mended that way.
    @Test
    void noReasonAsksForAPaymentBecauseTheNodeSellsNothing() {
        assertThat(Reason.values())
                .filteredOn(reason -> reason != Reason.UNRECOGNIZED)
                .noneMatch(reason -> reason.getValueDescriptor()
                                .getOptions()
                                .getExtension(ReasonOuterClass.wire)
                                .getHttp()
                        == 402);
    }

    private static String document() throws IOException {
        Map<Integer, Location> comments = comments();
        StringBuilder text = new StringBuilder(PREFACE);
        for (Reason reason : Reason.values()) {
            if (reason == Reason.UNRECOGNIZED || reason == Reason.REASON_UNSPECIFIED) {
                continue;
            }
            Location location = comments.get(reason.getValueDescriptor().getIndex());
            for (String heading : location.getLeadingDetachedCommentsList()) {
                String line = line(heading);
                text.append("\n## ")
                        .append(Character.toUpperCase(line.charAt(0)))
                        .append(line, 1, line.length() - 1)
                        .append("\n\n| reason | gRPC | HTTP | meaning | what to do |\n|---|---|---|---|---|\n");
            }
            Wire wire = reason.getValueDescriptor().getOptions().getExtension(ReasonOuterClass.wire);
            String meaning = line(location.getLeadingComments());
            assertThat(meaning).as("comment of %s", reason).endsWith(".");
            assertThat(wire.getAdvice()).as("advice of %s", reason).endsWith(".");
            assertThat(wire.getHttp()).as("HTTP code of %s", reason).isBetween(400, 599);
            text.append("| `").append(reason.name()).append("` | ");
            text.append(Status.fromCodeValue(wire.getGrpc()).getCode()).append(" | ");
            text.append(wire.getHttp()).append(" | ");
            text.append(cell(meaning)).append(" | ");
            text.append(cell(wire.getAdvice())).append(" |\n");
        }
        return text.toString();
    }

    /// Index in the enum → what stands before the value in the source.
    private static Map<Integer, Location> comments() throws IOException {
        FileDescriptorProto file = file();
        int place = 0;
        while (!file.getEnumType(place).getName().equals("Reason")) {
            place++;
        }
        List<Integer> path = List.of(
                FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER,
                place,
                com.google.protobuf.DescriptorProtos.EnumDescriptorProto.VALUE_FIELD_NUMBER);
        Map<Integer, Location> comments = new HashMap<>();
        for (Location location : file.getSourceCodeInfo().getLocationList()) {
            if (location.getPathCount() == path.size() + 1
                    && location.getPathList().subList(0, path.size()).equals(path)) {
                comments.put(location.getPath(path.size()), location);
            }
        }
        return comments;
    }

    private static FileDescriptorProto file() throws IOException {
        try (InputStream in = Reason.class.getResourceAsStream("/hanse/descriptors.binpb")) {
            return FileDescriptorSet.parseFrom(in, ExtensionRegistry.newInstance()).getFileList().stream()
                    .filter(file -> file.getName().equals("hanse/error/v1/reason.proto"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String line(String comment) {
        return comment.strip().replaceAll("\\s*\\n\\s*", " ");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
