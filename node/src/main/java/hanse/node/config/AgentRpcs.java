package hanse.node.config;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.ExtensionRegistry;
import hanse.access.v1.AccessOuterClass;
import hanse.access.v1.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The RPCs before which a gate can stand: those that an agent calls as itself, as the definitions say.
final class AgentRpcs {
    private static final String DEFINITIONS = "/hanse/descriptors.binpb";

    /// Without these nobody could ever get through a gate.
    private static final Set<String> ALWAYS_OPEN =
            Set.of("hanse.trust.v1.BondService", "hanse.access.v1.SessionService");

    private AgentRpcs() {}

    /// Their full names, such as `hanse.payment.v1.PaymentService/Authorize`.
    static Set<String> names() {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        AccessOuterClass.registerAllExtensions(extensions);
        try (InputStream in = AgentRpcs.class.getResourceAsStream(DEFINITIONS)) {
            if (in == null) {
                throw new IllegalStateException(DEFINITIONS + " is missing from proto");
            }
            return FileDescriptorSet.parseFrom(in, extensions).getFileList().stream()
                    .flatMap(file -> file.getServiceList().stream()
                            .map(service ->
                                    new Service(file.getPackage() + "." + service.getName(), service.getMethodList())))
                    .filter(service -> !ALWAYS_OPEN.contains(service.name()))
                    .flatMap(service -> service.methods().stream()
                            .filter(AgentRpcs::isForAgents)
                            .map(method -> service.name() + "/" + method.getName()))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Service(String name, List<MethodDescriptorProto> methods) {}

    /// What anyone may call would be called by nobody in particular.
    private static boolean isForAgents(MethodDescriptorProto method) {
        List<Role> roles =
                method.getOptions().getExtension(AccessOuterClass.access).getRolesList();
        return roles.contains(Role.AGENT) && !roles.contains(Role.ANYONE);
    }
}
