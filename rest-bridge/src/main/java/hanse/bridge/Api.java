package hanse.bridge;

import build.buf.validate.ValidateProto;
import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.linecorp.armeria.common.HttpMethod;
import hanse.access.v1.AccessOuterClass;
import hanse.error.v1.ReasonOuterClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that can be called, as the descriptor set says it, comments included.
final class Api {
    private static final String DESCRIPTORS = "/hanse/descriptors.binpb";

    private final List<Operation> operations;
    private final Map<String, Map<List<Integer>, String>> comments;

    private Api(List<Operation> operations, Map<String, Map<List<Integer>, String>> comments) {
        this.operations = List.copyOf(operations);
        this.comments = comments;
    }

    /// Reads the descriptor set that `proto` puts on the classpath.
    static Api load() {
        try (InputStream in = Api.class.getResourceAsStream(DESCRIPTORS)) {
            if (in == null) {
                throw new IllegalStateException("the classpath lacks " + DESCRIPTORS + ", which hanse-proto brings");
            }
            ExtensionRegistry registry = ExtensionRegistry.newInstance();
            AnnotationsProto.registerAllExtensions(registry);
            ValidateProto.registerAllExtensions(registry);
            AccessOuterClass.registerAllExtensions(registry);
            ReasonOuterClass.registerAllExtensions(registry);
            return of(FileDescriptorSet.parseFrom(in, registry));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + DESCRIPTORS, e);
        }
    }

    private static Api of(FileDescriptorSet set) {
        Map<String, FileDescriptor> files = new HashMap<>();
        List<FileDescriptor> ordered = new ArrayList<>();
        Map<String, Map<List<Integer>, String>> comments = new HashMap<>();
        for (FileDescriptorProto file : set.getFileList()) {
            FileDescriptor[] imports =
                    file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
            try {
                FileDescriptor built = FileDescriptor.buildFrom(file, imports);
                files.put(file.getName(), built);
                ordered.add(built);
            } catch (Descriptors.DescriptorValidationException e) {
                throw new IllegalStateException("the descriptor set is damaged at " + file.getName(), e);
            }
            Map<List<Integer>, String> byPath = new HashMap<>();
            for (SourceCodeInfo.Location location : file.getSourceCodeInfo().getLocationList()) {
                if (location.hasLeadingComments()) {
                    byPath.put(List.copyOf(location.getPathList()), unwrap(location.getLeadingComments()));
                }
            }
            comments.put(file.getName(), byPath);
        }
        List<Operation> operations = new ArrayList<>();
        for (FileDescriptor file : ordered) {
            for (ServiceDescriptor service : file.getServices()) {
                for (MethodDescriptor rpc : service.getMethods()) {
                    List<Operation.Binding> bindings = bindings(rpc);
                    if (!bindings.isEmpty()) {
                        operations.add(Operation.of(rpc, bindings, progress(rpc)));
                    }
                }
            }
        }
        return new Api(operations, comments);
    }

    /// A client-streaming RPC has no HTTP form; a server-streaming one has one only by GET, as an event stream.
    private static List<Operation.Binding> bindings(MethodDescriptor rpc) {
        if (!rpc.getOptions().hasExtension(AnnotationsProto.http)) {
            return List.of();
        }
        HttpRule rule = rpc.getOptions().getExtension(AnnotationsProto.http);
        List<Operation.Binding> bindings = new ArrayList<>();
        bindings.add(binding(rpc, rule));
        rule.getAdditionalBindingsList().forEach(more -> bindings.add(binding(rpc, more)));
        boolean onlyGet = bindings.stream().allMatch(b -> b.method() == HttpMethod.GET);
        if (rpc.isClientStreaming() || (rpc.isServerStreaming() && !onlyGet)) {
            throw new IllegalStateException(rpc.getFullName() + " streams in a way that HTTP cannot be bound to");
        }
        return bindings;
    }

    private static Operation.Binding binding(MethodDescriptor rpc, HttpRule rule) {
        HttpMethod method = switch (rule.getPatternCase()) {
            case GET -> HttpMethod.GET;
            case PUT -> HttpMethod.PUT;
            case POST -> HttpMethod.POST;
            case DELETE -> HttpMethod.DELETE;
            case PATCH -> HttpMethod.PATCH;
            case CUSTOM, PATTERN_NOT_SET ->
                throw new IllegalStateException(rpc.getFullName() + " has an HTTP binding without a method");
        };
        String path = switch (rule.getPatternCase()) {
            case GET -> rule.getGet();
            case PUT -> rule.getPut();
            case POST -> rule.getPost();
            case DELETE -> rule.getDelete();
            case PATCH -> rule.getPatch();
            case CUSTOM, PATTERN_NOT_SET -> "";
        };
        return new Operation.Binding(method, PathTemplate.parse(path), rule.getBody());
    }

    private static Optional<PathTemplate> progress(MethodDescriptor rpc) {
        String name = rpc.getOptions().getExtension(AccessOuterClass.progress);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        MethodDescriptor reader = rpc.getService().findMethodByName(name);
        if (reader == null) {
            throw new IllegalStateException(rpc.getFullName() + " names " + name + ", which its service does not have");
        }
        return bindings(reader).stream()
                .filter(b -> b.method() == HttpMethod.GET)
                .map(Operation.Binding::path)
                .findFirst();
    }

    List<Operation> operations() {
        return operations;
    }

    /// The comment that stands before a definition, as one paragraph per paragraph; empty when there is none.
    String comment(GenericDescriptor definition) {
        return comments.getOrDefault(definition.getFile().getName(), Map.of()).getOrDefault(path(definition), "");
    }

    /// Field numbers of descriptor.proto and indexes: how SourceCodeInfo names a place.
    private static List<Integer> path(GenericDescriptor definition) {
        return switch (definition) {
            case Descriptor message -> {
                Descriptor outer = message.getContainingType();
                yield outer == null ? List.of(4, message.getIndex()) : join(path(outer), 3, message.getIndex());
            }
            case FieldDescriptor field -> join(path(field.getContainingType()), 2, field.getIndex());
            case EnumDescriptor type -> {
                Descriptor outer = type.getContainingType();
                yield outer == null ? List.of(5, type.getIndex()) : join(path(outer), 4, type.getIndex());
            }
            case EnumValueDescriptor value -> join(path(value.getType()), 2, value.getIndex());
            case ServiceDescriptor service -> List.of(6, service.getIndex());
            case MethodDescriptor rpc -> join(path(rpc.getService()), 2, rpc.getIndex());
            default -> List.of();
        };
    }

    private static List<Integer> join(List<Integer> path, int field, int index) {
        List<Integer> joined = new ArrayList<>(path);
        joined.add(field);
        joined.add(index);
        return joined;
    }

    private static String unwrap(String comment) {
        StringBuilder text = new StringBuilder();
        for (String paragraph : comment.strip().split("\\n\\s*\\n")) {
            if (!text.isEmpty()) {
                text.append("\n\n");
            }
            text.append(paragraph.strip().replaceAll("\\s*\\n\\s*", " "));
        }
        return text.toString();
    }
}
