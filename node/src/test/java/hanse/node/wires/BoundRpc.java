package hanse.node.wires;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import hanse.access.v1.AccessOuterClass;
import hanse.access.v1.Effect;
import hanse.access.v1.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// An RPC that HTTP reaches, as the descriptor set that is shipped declares it.
///
/// @param bindings every way to it, the main one first
record BoundRpc(MethodDescriptor method, List<HttpRule> bindings) {
    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z_]+)}");

    /// All there are.
    static List<BoundRpc> all() {
        return files().stream()
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .filter(method -> method.getOptions().hasExtension(AnnotationsProto.http))
                .map(BoundRpc::of)
                .toList();
    }

    private static BoundRpc of(MethodDescriptor method) {
        HttpRule main = method.getOptions().getExtension(AnnotationsProto.http);
        return new BoundRpc(
                method,
                Stream.concat(Stream.of(main), main.getAdditionalBindingsList().stream())
                        .toList());
    }

    /// Such as `hanse.ledger.v1.LedgerService/Transfer`.
    String name() {
        return method.getService().getFullName() + "/" + method.getName();
    }

    List<Role> roles() {
        return method.getOptions().getExtension(AccessOuterClass.access).getRolesList();
    }

    boolean changes() {
        return method.getOptions().getExtension(AccessOuterClass.access).getEffect() == Effect.WRITES;
    }

    /// A request with nothing in it but what every request of its kind has: a value where the path needs one, and the
    /// id that makes a change happen once, whichever way it is asked for.
    DynamicMessage empty(String requestId) {
        DynamicMessage.Builder request = DynamicMessage.newBuilder(method.getInputType());
        bindings.stream()
                .flatMap(binding -> VARIABLE.matcher(HttpQuestion.path(binding)).results())
                .forEach(variable -> request.setField(field(variable.group(1)), "x"));
        FieldDescriptor id = method.getInputType().findFieldByName("request_id");
        return id == null ? request.build() : request.setField(id, requestId).build();
    }

    /// A request in each of its HTTP forms.
    List<HttpQuestion> questions(DynamicMessage request) {
        return bindings.stream()
                .map(binding -> HttpQuestion.of(binding, request))
                .toList();
    }

    /// The fields that hold one text.
    List<FieldDescriptor> texts() {
        return method.getInputType().getFields().stream()
                .filter(field -> field.getType() == FieldDescriptor.Type.STRING && !field.isRepeated())
                .toList();
    }

    private FieldDescriptor field(String name) {
        return Objects.requireNonNull(method.getInputType().findFieldByName(name));
    }

    @Override
    public String toString() {
        return name();
    }

    private static List<FileDescriptor> files() {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        AnnotationsProto.registerAllExtensions(extensions);
        AccessOuterClass.registerAllExtensions(extensions);
        Map<String, FileDescriptor> files = new HashMap<>();
        List<FileDescriptor> ordered = new ArrayList<>();
        try (InputStream in = BoundRpc.class.getResourceAsStream("/hanse/descriptors.binpb")) {
            for (FileDescriptorProto file : FileDescriptorSet.parseFrom(Objects.requireNonNull(in), extensions)
                    .getFileList()) {
                FileDescriptor built = FileDescriptor.buildFrom(
                        file, file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new));
                files.put(file.getName(), built);
                ordered.add(built);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
        return ordered;
    }
}
