package hanse.bridge;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.linecorp.armeria.common.HttpMethod;
import hanse.access.v1.Access;
import hanse.access.v1.AccessOuterClass;
import hanse.access.v1.Effect;
import io.grpc.protobuf.ProtoUtils;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One RPC as HTTP reaches it.
///
/// @param rpc the RPC's descriptor
/// @param bindings the ways to it, the main one first
/// @param grpc how the node is asked
/// @param stateField the response's enum field `state`, if a value of it means "still in flight"
/// @param progress the path at which an answer that is still in flight can be asked for again
record Operation(
        MethodDescriptor rpc,
        List<Binding> bindings,
        io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> grpc,
        Optional<FieldDescriptor> stateField,
        Optional<PathTemplate> progress) {

    /// One way to an RPC.
    ///
    /// @param method the HTTP method
    /// @param path the path
    /// @param body `*` when the body is the message, a field's name when it is that field, empty when there is none
    record Binding(HttpMethod method, PathTemplate path, String body) {}

    static Operation of(MethodDescriptor rpc, List<Binding> bindings, Optional<PathTemplate> progress) {
        var type = rpc.isServerStreaming()
                ? io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING
                : io.grpc.MethodDescriptor.MethodType.UNARY;
        io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> grpc =
                io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                        .setType(type)
                        .setFullMethodName(io.grpc.MethodDescriptor.generateFullMethodName(
                                rpc.getService().getFullName(), rpc.getName()))
                        .setRequestMarshaller(
                                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(rpc.getInputType())))
                        .setResponseMarshaller(
                                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(rpc.getOutputType())))
                        .build();
        for (Binding binding : bindings) {
            boolean allThere = binding.path().variables().stream()
                    .allMatch(name -> rpc.getInputType().findFieldByName(name) != null);
            if (!allThere
                    || !(binding.body().isEmpty()
                            || binding.body().equals("*")
                            || rpc.getInputType().findFieldByName(binding.body()) != null)) {
                throw new IllegalStateException(
                        rpc.getFullName() + " is bound by a field that its request does not have");
            }
        }
        FieldDescriptor state = rpc.getOutputType().findFieldByName("state");
        boolean mayBeInFlight = state != null
                && state.getType() == FieldDescriptor.Type.ENUM
                && !state.isRepeated()
                && state.getEnumType().getValues().stream().anyMatch(Operation::inFlight)
                && rpc.getOptions().getExtension(AccessOuterClass.access).getEffect() == Effect.WRITES;
        return new Operation(
                rpc,
                List.copyOf(bindings),
                grpc,
                mayBeInFlight ? Optional.ofNullable(state) : Optional.empty(),
                progress);
    }

    boolean streams() {
        return rpc.isServerStreaming();
    }

    Access access() {
        return rpc.getOptions().getExtension(AccessOuterClass.access);
    }

    /// Whether the answer says that what was asked goes on.
    boolean isInFlight(DynamicMessage response) {
        return stateField.isPresent() && inFlight((EnumValueDescriptor) response.getField(stateField.get()));
    }

    /// Where the answer can be asked for again; null when the RPC names no other that tells.
    @Nullable
    String location(DynamicMessage response) {
        if (progress.isEmpty()) {
            return null;
        }
        StringBuilder location = new StringBuilder();
        for (PathTemplate.Segment segment : progress.get().segments()) {
            location.append('/');
            switch (segment) {
                case PathTemplate.Segment.Literal literal -> location.append(literal.text());
                case PathTemplate.Segment.Variable variable -> {
                    FieldDescriptor field = response.getDescriptorForType().findFieldByName(variable.field());
                    if (field == null) {
                        return null;
                    }
                    location.append(URLEncoder.encode(String.valueOf(response.getField(field)), StandardCharsets.UTF_8)
                            .replace("+", "%20"));
                }
            }
        }
        return location.toString();
    }

    private static boolean inFlight(EnumValueDescriptor value) {
        return value.getOptions().getExtension(AccessOuterClass.inFlight);
    }
}
