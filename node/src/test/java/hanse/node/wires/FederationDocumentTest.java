package hanse.node.wires;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import hanse.error.v1.Reason;
import hanse.federation.v1.Message;
import hanse.peer.v1.Card;
import hanse.peer.v1.SignedCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `FEDERATION.md` has every message with its fields, every reason that a peer is answered with, and vectors that are
/// those of the file.
final class FederationDocumentTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
    private static final Path MAIN = ROOT.resolve("node/src/main/java/hanse/node");
    private static final Pattern REASON = Pattern.compile("\\bReason\\.([A-Z][A-Z_]+)\\b");

    /// What the receivers call to decide, besides.
    private static final List<String> DECIDING = List.of(
            "settlement/Home",
            "settlement/Origin",
            "contract/RelayedChange",
            "contract/Milestone",
            "contract/Change",
            "dispute/Filings",
            "dispute/Docket",
            "dispute/Disputed",
            "federation/ReceiveMessage");

    private final String document = read(ROOT.resolve("FEDERATION.md"));
    private final Map<String, String> sections = sections();

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// What stands under a heading, up to the next one of any level.
    private Map<String, String> sections() {
        Map<String, String> found = new HashMap<>();
        Matcher heading = Pattern.compile("(?m)^#{2,3} (.+)$").matcher(document);
        List<Integer> starts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        while (heading.find()) {
            starts.add(heading.start());
            names.add(heading.group(1).replace("`", ""));
        }
        for (int i = 0; i < names.size(); i++) {
            found.put(
                    names.get(i),
                    document.substring(starts.get(i), i + 1 < names.size() ? starts.get(i + 1) : document.length()));
        }
        return found;
    }

    @Test
    void everyKindOfMessageHasItsSection() {
        for (Message.BodyCase body : Message.BodyCase.values()) {
            if (body != Message.BodyCase.BODY_NOT_SET) {
                assertThat(sections).containsKey(body.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /// A body is described under the name of its field, every other message under its own.
    @Test
    void everyFieldOfEveryMessageIsDescribed() {
        Map<String, String> bodies = Message.getDescriptor().getOneofs().getFirst().getFields().stream()
                .collect(Collectors.toMap(field -> field.getMessageType().getFullName(), FieldDescriptor::getName));
        List<Descriptor> messages =
                new ArrayList<>(Message.getDescriptor().getFile().getMessageTypes());
        messages.add(Card.getDescriptor());
        messages.add(SignedCard.getDescriptor());
        assertThat(messages).hasSizeGreaterThan(30);
        for (Descriptor message : messages) {
            String own = sections.get(message.getName());
            String section = own != null ? own : sections.get(bodies.get(message.getFullName()));
            assertThat(section).as(message.getName()).isNotNull();
            for (FieldDescriptor field : message.getFields()) {
                assertThat(section).as(field.getFullName()).contains("`" + field.getName() + "`");
            }
        }
    }

    @Test
    void everyReasonThatAReceiverAnswersIsNamed() throws IOException {
        Set<String> answered = new TreeSet<>();
        try (Stream<Path> files = Files.walk(MAIN)) {
            for (Path file : files.filter(FederationDocumentTest::decides).toList()) {
                REASON.matcher(Files.readString(file)).results().forEach(found -> answered.add(found.group(1)));
            }
        }
        assertThat(answered).hasSizeGreaterThan(30);
        assertThat(answered).allSatisfy(reason -> assertThat(document).contains("`" + reason + "`"));
    }

    private static boolean decides(Path file) {
        String name = MAIN.relativize(file).toString();
        return (name.endsWith("Received.java") && !name.startsWith("edge/"))
                || DECIDING.stream().anyMatch(one -> name.equals(one + ".java"));
    }

    /// What is written as a reason is one.
    @Test
    void everyReasonThatIsNamedIsOne() {
        Set<String> reasons = Arrays.stream(Reason.values()).map(Enum::name).collect(Collectors.toSet());
        Set<String> others = Set.of(
                "INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "POST", "RESOURCE_EXHAUSTED", "UNIMPLEMENTED");
        Pattern.compile("`([A-Z][A-Z_]{3,})`")
                .matcher(document)
                .results()
                .map(found -> found.group(1))
                .filter(name -> !others.contains(name))
                .forEach(name -> assertThat(reasons).contains(name));
    }

    @Test
    void theVectorsAreThoseOfTheFile() {
        JsonObject vectors = JsonParser.parseString(read(ROOT.resolve("docs/federation-vectors.json")))
                .getAsJsonObject();
        String plain = sections.get("Vectors").replaceAll("\\s", "");
        int shown = 0;
        Matcher bytes = Pattern.compile("bytes([0-9a-f]+)signature([A-Za-z0-9+/]+=*)```")
                .matcher(plain);
        while (bytes.find()) {
            shown++;
            assertThat(signatures(vectors)).containsEntry(bytes.group(1), bytes.group(2));
        }
        assertThat(shown).isEqualTo(3);
        for (JsonElement key : vectors.getAsJsonArray("keys")) {
            assertThat(plain).contains(key.getAsJsonObject().get("seed").getAsString());
            assertThat(plain).contains(key.getAsJsonObject().get("public_key").getAsString());
        }
    }

    private static Map<String, String> signatures(JsonObject vectors) {
        Map<String, String> signatures = new HashMap<>();
        for (String kind : List.of("messages", "outcomes")) {
            for (JsonElement vector : vectors.getAsJsonArray(kind)) {
                JsonObject one = vector.getAsJsonObject();
                signatures.put(
                        one.get("bytes").getAsString(), one.get("signature").getAsString());
            }
        }
        return signatures;
    }
}
