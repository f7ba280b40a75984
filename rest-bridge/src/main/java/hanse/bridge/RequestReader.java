package hanse.bridge;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import hanse.error.v1.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An HTTP request into the message it stands for: path, query, body, and the few headers that may fill a field.
///
/// By field name, never by RPC: `X-Payment-Token` fills `payment_token`, `X-Payment-Issuer` fills `issuer`,
/// `Last-Event-ID` fills `position`, each only where the request itself leaves the field empty. AgentSig does not cover
/// headers: who wants the token bound to the signature puts it into the body.
final class RequestReader {
    private record HeaderField(String header, String field) {}

    private static final List<HeaderField> UNARY_HEADERS =
            List.of(new HeaderField("x-payment-token", "payment_token"), new HeaderField("x-payment-issuer", "issuer"));
    private static final List<HeaderField> STREAM_HEADERS = List.of(new HeaderField("last-event-id", "position"));

    private RequestReader() {}

    /// @param query raw, null when the request has none
    /// @param body the bytes exactly as sent
    static DynamicMessage read(Router.Route.Found route, @Nullable String query, RequestHeaders headers, byte[] body) {
        Operation operation = route.operation();
        Operation.Binding binding = route.binding();
        Descriptor type = operation.rpc().getInputType();
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        body(binding, type, headers, body, message);
        List<String> variables = binding.path().variables();
        for (int i = 0; i < variables.size(); i++) {
            pathVariable(message, variables.get(i), route.values().get(i));
        }
        if (query != null && !query.isEmpty()) {
            query(binding, query, message, variables);
        }
        for (HeaderField filled : operation.streams() ? STREAM_HEADERS : UNARY_HEADERS) {
            fill(message, headers, filled);
        }
        return message.build();
    }

    private static void body(
            Operation.Binding binding,
            Descriptor type,
            RequestHeaders headers,
            byte[] body,
            DynamicMessage.Builder message) {
        if (body.length == 0) {
            return;
        }
        if (binding.body().isEmpty()) {
            throw RefusedException.because(
                    Reason.MALFORMED_BODY, "This call takes no body; its parameters stand in the path and the query.");
        }
        requireJson(headers);
        if (binding.body().equals("*")) {
            JsonReader.readMessage(body, message);
        } else {
            JsonReader.readField(body, message, type.findFieldByName(binding.body()));
        }
    }

    private static void requireJson(RequestHeaders headers) {
        String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw RefusedException.because(Reason.UNSUPPORTED_MEDIA_TYPE);
        }
        MediaType type;
        try {
            type = headers.contentType();
        } catch (IllegalArgumentException e) {
            throw RefusedException.because(Reason.UNSUPPORTED_MEDIA_TYPE);
        }
        boolean json =
                type != null && type.isJson() && StandardCharsets.UTF_8.equals(type.charset(StandardCharsets.UTF_8));
        if (!json) {
            throw RefusedException.because(Reason.UNSUPPORTED_MEDIA_TYPE);
        }
    }

    private static void pathVariable(DynamicMessage.Builder message, String name, String text) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException("a path names the field " + name + ", which the request does not have");
        }
        Object value = inAddress(field, text, name);
        Object inBody = message.getField(field);
        if (!inBody.equals(field.getDefaultValue()) && !inBody.equals(value)) {
            throw RefusedException.field(Reason.INVALID_ARGUMENT, name, "the body and the path differ");
        }
        message.setField(field, value);
    }

    private static void query(
            Operation.Binding binding, String query, DynamicMessage.Builder message, List<String> variables) {
        if (binding.body().equals("*")) {
            throw RefusedException.because(
                    Reason.INVALID_ARGUMENT, "This call takes no query; its parameters stand in the body.");
        }
        Set<String> seen = new HashSet<>();
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
            String text = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true);
            if (name == null || text == null) {
                throw RefusedException.because(Reason.INVALID_ARGUMENT, "The query's percent-encoding cannot be read.");
            }
            parameter(message, name, text, seen, variables, binding);
        }
    }

    private static void parameter(
            DynamicMessage.Builder message,
            String name,
            String text,
            Set<String> seen,
            List<String> variables,
            Operation.Binding binding) {
        String shown = name.length() > 120 ? name.substring(0, 120) + "…" : name;
        Place target = locate(message, name);
        if (target == null || variables.contains(name) || binding.body().equals(name)) {
            throw RefusedException.field(Reason.INVALID_ARGUMENT, shown, "no such parameter");
        }
        if (!target.field().isRepeated() && !seen.add(target.field().getFullName())) {
            throw RefusedException.field(Reason.INVALID_ARGUMENT, shown, "given twice");
        }
        Object value = inAddress(target.field(), text, shown);
        if (target.field().isRepeated()) {
            target.builder().addRepeatedField(target.field(), value);
        } else {
            target.builder().setField(target.field(), value);
        }
        target.writeBack().run();
    }

    /// Where a dotted name leads.
    private record Place(DynamicMessage.Builder builder, FieldDescriptor field, Runnable writeBack) {}

    private static @Nullable Place locate(DynamicMessage.Builder root, String name) {
        DynamicMessage.Builder at = root;
        Runnable writeBack = () -> {};
        String rest = name;
        for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
            FieldDescriptor outer = JsonReader.byName(at.getDescriptorForType(), rest.substring(0, dot));
            if (outer == null || outer.isRepeated() || outer.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                return null;
            }
            DynamicMessage.Builder parent = at;
            DynamicMessage.Builder inner =
                    DynamicMessage.newBuilder(outer.getMessageType()).mergeFrom((Message) parent.getField(outer));
            Runnable before = writeBack;
            writeBack = () -> {
                parent.setField(outer, inner.build());
                before.run();
            };
            at = inner;
            rest = rest.substring(dot + 1);
        }
        FieldDescriptor field = JsonReader.byName(at.getDescriptorForType(), rest);
        return field == null || field.isMapField() ? null : new Place(at, field, writeBack);
    }

    /// The same rules as for JSON, but a wrong parameter is not a wrong body.
    private static Object inAddress(FieldDescriptor field, String text, String name) {
        try {
            return JsonReader.scalar(field, text, name);
        } catch (RefusedException e) {
            throw RefusedException.field(
                    Reason.INVALID_ARGUMENT,
                    name,
                    e.problem().violations().isEmpty()
                            ? "cannot be read"
                            : e.problem().violations().getFirst().description());
        }
    }

    private static void fill(DynamicMessage.Builder message, RequestHeaders headers, HeaderField filled) {
        String value = headers.get(filled.header());
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(filled.field());
        if (value != null
                && !value.isEmpty()
                && field != null
                && field.getType() == FieldDescriptor.Type.STRING
                && !field.isRepeated()
                && ((String) message.getField(field)).isEmpty()) {
            message.setField(field, inAddress(field, value, filled.header()));
        }
    }
}
