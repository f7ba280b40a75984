package hanse.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.ExtensionRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What a client or a peer of an earlier version relies on stays: names, numbers, types, HTTP bindings.
///
/// The baseline holds one line for each of them and is part of the sources. What is added is free until it is recorded,
/// which a release does: `./mvnw -pl proto test -Dtest=WireCompatibilityTest -Dhanse.wire.record=true`.
final class WireCompatibilityTest {

    private static final Path BASELINE = Path.of("src/test/resources/hanse/wire.txt");

    @Test
    void keepsWhatWasPromised() throws IOException {
        Set<String> wire = wire();
        if (Boolean.getBoolean("hanse.wire.record")) {
            Files.createDirectories(BASELINE.getParent());
            Files.write(BASELINE, wire);
        }
        List<String> promised = Files.readAllLines(BASELINE);
        assertThat(promised).isNotEmpty();
        assertThat(promised.stream().filter(line -> !wire.contains(line)))
                .as("promised in %s and no longer so", BASELINE)
                .isEmpty();
    }

    @Test
    void seesEveryKindOfPromise() throws IOException {
        assertThat(wire())
                .anyMatch(line -> line.startsWith("rpc hanse.payment.v1.") && line.contains(" post /"))
                .anyMatch(line -> line.startsWith("field hanse.payment.v1."))
                .anyMatch(line -> line.startsWith("value hanse.error.v1.Reason."));
    }

    private static Set<String> wire() throws IOException {
        var extensions = ExtensionRegistry.newInstance();
        AnnotationsProto.registerAllExtensions(extensions);
        var lines = new TreeSet<String>();
        try (var in = WireCompatibilityTest.class.getResourceAsStream("/hanse/descriptors.binpb")) {
            for (var file : FileDescriptorSet.parseFrom(in, extensions).getFileList()) {
                if (!file.getPackage().startsWith("hanse.")) {
                    continue;
                }
                file.getMessageTypeList().forEach(message -> message(file.getPackage(), message, lines));
                file.getEnumTypeList().forEach(values -> values(file.getPackage(), values, lines));
                file.getExtensionList().forEach(field -> lines.add("option " + field(file.getPackage(), field, "")));
                for (var service : file.getServiceList()) {
                    for (var method : service.getMethodList()) {
                        lines.add("rpc " + file.getPackage() + "." + service.getName() + "/" + rpc(method));
                    }
                }
            }
        }
        return lines;
    }

    private static void message(String scope, DescriptorProto message, Set<String> lines) {
        String name = scope + "." + message.getName();
        for (var field : message.getFieldList()) {
            String oneof = field.hasOneofIndex() && !field.getProto3Optional()
                    ? " oneof " + message.getOneofDecl(field.getOneofIndex()).getName()
                    : "";
            lines.add("field " + field(name, field, oneof));
        }
        message.getNestedTypeList().forEach(nested -> message(name, nested, lines));
        message.getEnumTypeList().forEach(values -> values(name, values, lines));
    }

    private static String field(String scope, FieldDescriptorProto field, String oneof) {
        String type = field.getTypeName().isEmpty()
                ? field.getType().name().substring("TYPE_".length()).toLowerCase(java.util.Locale.ROOT)
                : field.getTypeName().substring(1);
        String label = switch (field.getLabel()) {
            case LABEL_REPEATED -> "repeated ";
            case LABEL_REQUIRED -> "required ";
            case LABEL_OPTIONAL -> field.getProto3Optional() ? "optional " : "";
        };
        return scope + "." + field.getName() + " = " + field.getNumber() + " " + label + type + oneof;
    }

    private static void values(String scope, EnumDescriptorProto values, Set<String> lines) {
        values.getValueList()
                .forEach(value -> lines.add(
                        "value " + scope + "." + values.getName() + "." + value.getName() + " = " + value.getNumber()));
    }

    private static String rpc(MethodDescriptorProto method) {
        var line = new StringBuilder(method.getName())
                .append(method.getClientStreaming() ? " stream " : " ")
                .append(method.getInputType().substring(1))
                .append(method.getServerStreaming() ? " -> stream " : " -> ")
                .append(method.getOutputType().substring(1));
        if (method.getOptions().hasExtension(AnnotationsProto.http)) {
            HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
            binding(line, rule);
            rule.getAdditionalBindingsList().forEach(more -> binding(line, more));
        }
        return line.toString();
    }

    private static void binding(StringBuilder line, HttpRule rule) {
        String path = switch (rule.getPatternCase()) {
            case GET -> "get " + rule.getGet();
            case PUT -> "put " + rule.getPut();
            case POST -> "post " + rule.getPost();
            case DELETE -> "delete " + rule.getDelete();
            case PATCH -> "patch " + rule.getPatch();
            case CUSTOM, PATTERN_NOT_SET -> "other";
        };
        line.append(" ; ").append(path);
        if (!rule.getBody().isEmpty()) {
            line.append(" body ").append(rule.getBody());
        }
    }
}
