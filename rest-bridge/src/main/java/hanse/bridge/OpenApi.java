package hanse.bridge;

import build.buf.validate.FieldRules;
import build.buf.validate.ValidateProto;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import hanse.access.v1.Access;
import hanse.access.v1.AccessOuterClass;
import hanse.access.v1.Effect;
import hanse.access.v1.Role;
import hanse.error.v1.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The OpenAPI 3.1 description, made from the descriptors and their comments: whatever is added to a proto stands in it
/// at the next start.
final class OpenApi {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String PROBLEM = "application/problem+json";
    private static final Pattern ERRORS = Pattern.compile("Errors:([^.]*)\\.");
    private static final Pattern SENTENCE_END = Pattern.compile("\\.(\\s|$)");
    private static final Pattern WORD = Pattern.compile("[A-Z][A-Z0-9_]{2,}");

    private static final String ABOUT = """
            Every call is signed with the caller's Ed25519 key, or carries the token of a session that a signed call opened.

            **AgentSig.** `Authorization: AgentSig <agent UUID or DID>:<base64 signature>`, with `X-Timestamp` (ISO 8601, \
            at most 30 s old). The signature covers, as UTF-8 lines joined by `\\n`: the timestamp, the HTTP method, the path \
            with its query exactly as sent, the hex SHA-256 of the body, then `X-Nonce` and `X-Audience` where they are \
            sent. A signature is accepted once. Operators sign as `AgentSig operator:<name>:<signature>`.

            **Headers that fill fields.** `X-Payment-Token` and `X-Payment-Issuer` fill `payment_token` and `issuer`, and \
            `Last-Event-ID` fills `position`, where the request leaves them empty. AgentSig does not cover headers: put \
            them into the body to have them signed.

            **Repeats.** A request with a `request_id` (or the header `Idempotency-Key`) that is repeated gets the first \
            answer, with `Idempotent-Replayed: true`.

            **Amounts** are AVT as decimal strings with at most 6 decimals; requests may also write an exact JSON number.

            **Errors** are RFC 9457 problem+json; `reason` is stable, and one of a closed list.
            """;

    private final Api api;
    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    private OpenApi(Api api) {
        this.api = api;
    }

    static byte[] of(Api api, BridgeSettings.ServerInfo info) {
        try {
            return new ObjectMapper().writeValueAsBytes(new OpenApi(api).document(info));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of nodes can always be written", e);
        }
    }

    private ObjectNode document(BridgeSettings.ServerInfo info) {
        ObjectNode document = NODES.objectNode();
        document.put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", info.title())
                .put("version", info.version())
                .put("description", ABOUT);
        document.putArray("servers").addObject().put("url", "/");
        ArrayNode tags = document.putArray("tags");
        ObjectNode paths = document.putObject("paths");
        Set<ServiceDescriptor> services = new LinkedHashSet<>();
        for (Operation operation : api.operations()) {
            services.add(operation.rpc().getService());
            for (int i = 0; i < operation.bindings().size(); i++) {
                Operation.Binding binding = operation.bindings().get(i);
                ObjectNode path = paths.withObjectProperty(binding.path().text());
                path.set(binding.method().name().toLowerCase(Locale.ROOT), operation(operation, binding, i));
            }
        }
        for (ServiceDescriptor service : inReadingOrder(services)) {
            tags.addObject().put("name", service.getName()).put("description", api.comment(service));
        }
        ObjectNode components = document.putObject("components");
        problemSchema();
        ObjectNode schemaNodes = components.putObject("schemas");
        schemas.forEach(schemaNodes::set);
        securitySchemes(components.putObject("securitySchemes"));
        return document;
    }

    /// What agents call first, the largest part of it first; what only operators call last.
    private List<ServiceDescriptor> inReadingOrder(Set<ServiceDescriptor> services) {
        return services.stream()
                .sorted(Comparator.comparing(this::isForOperatorsOnly)
                        .thenComparing(service -> -service.getMethods().size()))
                .toList();
    }

    private boolean isForOperatorsOnly(ServiceDescriptor service) {
        return api.operations().stream()
                .filter(operation -> operation.rpc().getService().equals(service))
                .allMatch(operation -> operation.access().getRolesList().equals(List.of(Role.OPERATOR)));
    }

    private static void securitySchemes(ObjectNode schemes) {
        schemes.putObject("AgentSig")
                .put("type", "apiKey")
                .put("in", "header")
                .put("name", "Authorization")
                .put(
                        "description",
                        "`AgentSig <agent UUID or DID>:<base64 Ed25519 signature>`, together with `X-Timestamp`.");
        schemes.putObject("Session")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "The token of a session, see SessionService.OpenSession; at most 15 minutes old.");
    }

    private ObjectNode operation(Operation operation, Operation.Binding binding, int number) {
        MethodDescriptor rpc = operation.rpc();
        Access access = operation.access();
        String comment = api.comment(rpc);
        ObjectNode node = NODES.objectNode();
        node.put(
                "operationId",
                rpc.getService().getName() + "_" + rpc.getName() + (number == 0 ? "" : "_" + (number + 1)));
        node.putArray("tags").add(rpc.getService().getName());
        node.put("summary", firstSentence(comment));
        node.put("description", comment);
        node.put("x-rpc", rpc.getFullName());
        node.put("x-tier", access.getTier().name());
        node.put("x-effect", access.getEffect().name());
        ArrayNode roles = node.putArray("x-roles");
        access.getRolesList().forEach(role -> roles.add(role.name()));
        if (number > 0) {
            node.put("x-alias-of", operation.bindings().getFirst().path().text());
        }
        ArrayNode security = node.putArray("security");
        if (access.getRolesList().contains(Role.ANYONE)) {
            security.addObject();
        } else {
            security.addObject().putArray("AgentSig");
            if (!access.getSigned()) {
                security.addObject().putArray("Session");
            }
        }
        parameters(node.putArray("parameters"), operation, binding);
        if (!binding.body().isEmpty()) {
            ObjectNode body = node.putObject("requestBody").put("required", true);
            ObjectNode schema = binding.body().equals("*")
                    ? bodySchema(rpc.getInputType(), binding.path().variables())
                    : field(rpc.getInputType().findFieldByName(binding.body()), true);
            body.putObject("content").putObject("application/json").set("schema", schema);
        }
        responses(node.putObject("responses"), operation, comment);
        return node;
    }

    private void parameters(ArrayNode parameters, Operation operation, Operation.Binding binding) {
        Descriptor input = operation.rpc().getInputType();
        List<String> variables = binding.path().variables();
        for (String name : variables) {
            FieldDescriptor field = input.findFieldByName(name);
            parameter(parameters, name, "path", api.comment(field), field(field, true));
        }
        if (!binding.body().equals("*")) {
            for (FieldDescriptor field : input.getFields()) {
                boolean elsewhere =
                        variables.contains(field.getName()) || binding.body().equals(field.getName());
                if (!elsewhere) {
                    parameter(parameters, field.getName(), "query", api.comment(field), field(field, true));
                }
            }
        }
        if (!operation.access().getRolesList().contains(Role.ANYONE)) {
            parameter(
                    parameters, "X-Timestamp", "header", "When the request was signed; needed with AgentSig.", text());
            parameter(parameters, "X-Nonce", "header", "Tells two otherwise equal requests apart.", text());
            parameter(parameters, "X-Audience", "header", "This registry's id; signed when sent.", text());
        }
        if (operation.access().getEffect() == Effect.WRITES && input.findFieldByName("request_id") != null) {
            parameter(parameters, "Idempotency-Key", "header", "The same as `request_id` in the request.", text());
        }
        if (input.findFieldByName("payment_token") != null) {
            parameter(parameters, "X-Payment-Token", "header", "Fills an empty `payment_token`. Not signed.", text());
        }
        if (input.findFieldByName("issuer") != null) {
            parameter(parameters, "X-Payment-Issuer", "header", "Fills an empty `issuer`. Not signed.", text());
        }
        if (operation.streams() && input.findFieldByName("position") != null) {
            parameter(parameters, "Last-Event-ID", "header", "Fills an empty `position`.", text());
        }
    }

    private static ObjectNode text() {
        return NODES.objectNode().put("type", "string");
    }

    private static void parameter(ArrayNode into, String name, String in, String comment, ObjectNode schema) {
        schema.remove("description");
        ObjectNode node = into.addObject().put("name", name).put("in", in);
        if (in.equals("path")) {
            node.put("required", true);
        }
        node.put("description", comment);
        node.set("schema", schema);
    }

    private void responses(ObjectNode responses, Operation operation, String comment) {
        Descriptor output = operation.rpc().getOutputType();
        if (operation.streams()) {
            ObjectNode ok = responses
                    .putObject("200")
                    .put(
                            "description",
                            "Server-sent events: `id` is the position, `event` the type, `data` the message as JSON. "
                                    + "`event: error` carries a problem, `event: end` ends the stream.");
            ObjectNode content = ok.putObject("content").putObject("text/event-stream");
            content.set("schema", text());
            content.set("x-data-schema", reference(output));
        } else {
            okResponse(responses, "200", api.comment(output), output);
        }
        if (operation.stateField().isPresent()) {
            okResponse(responses, "202", "Accepted and still under way; `Location` says where to ask again.", output);
        }
        reasons(operation, comment)
                .forEach((status, names) -> responses
                        .putObject(Integer.toString(status))
                        .put("description", String.join(", ", names))
                        .putObject("content")
                        .putObject(PROBLEM)
                        .putObject("schema")
                        .put("$ref", SCHEMAS + "Problem"));
        responses
                .putObject("default")
                .put("description", "Any other refusal")
                .putObject("content")
                .putObject(PROBLEM)
                .putObject("schema")
                .put("$ref", SCHEMAS + "Problem");
    }

    private void okResponse(ObjectNode responses, String status, String description, Descriptor output) {
        responses
                .putObject(status)
                .put("description", description.isEmpty() ? "OK" : description)
                .putObject("content")
                .putObject("application/json")
                .set("schema", reference(output));
    }

    /// The reasons that the comment names, and those that every call of its kind can meet, by HTTP status.
    private static Map<Integer, List<String>> reasons(Operation operation, String comment) {
        Set<Reason> reasons = EnumSet.of(Reason.INVALID_ARGUMENT, Reason.INTERNAL, Reason.UNAVAILABLE);
        if (!operation.access().getRolesList().contains(Role.ANYONE)) {
            reasons.addAll(EnumSet.of(
                    Reason.UNAUTHENTICATED, Reason.BAD_SIGNATURE, Reason.SIGNATURE_STALE, Reason.ROLE_REQUIRED));
        }
        reasons.add(Reason.RATE_LIMITED);
        Matcher errors = ERRORS.matcher(comment);
        if (errors.find()) {
            Matcher word = WORD.matcher(errors.group(1));
            while (word.find()) {
                for (Reason reason : Reason.values()) {
                    if (reason.name().equals(word.group())) {
                        reasons.add(reason);
                    }
                }
            }
        }
        Map<Integer, List<String>> byStatus = new TreeMap<>();
        for (Reason reason : reasons) {
            byStatus.computeIfAbsent(Problem.wire(reason).getHttp(), any -> new ArrayList<>())
                    .add(reason.name());
        }
        return byStatus;
    }

    private void problemSchema() {
        ObjectNode problem = NODES.objectNode().put("type", "object").put("description", "RFC 9457: why not.");
        ObjectNode properties = problem.putObject("properties");
        properties.putObject("type").put("type", "string").put("format", "uri");
        properties.putObject("title").put("type", "string");
        properties.putObject("status").put("type", "integer");
        properties.putObject("detail").put("type", "string").put("description", "What to do.");
        ArrayNode names = properties
                .putObject("reason")
                .put("type", "string")
                .put("description", "Stable; a newer node may know more of them.")
                .putArray("examples");
        for (Reason reason : Reason.values()) {
            if (reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED) {
                names.add(reason.name());
            }
        }
        ObjectNode violation =
                properties.putObject("violations").put("type", "array").putObject("items");
        violation.put("type", "object");
        violation.putObject("properties").putObject("field").put("type", "string");
        violation.withObjectProperty("properties").putObject("description").put("type", "string");
        properties
                .putObject("retry_after")
                .put("type", "integer")
                .put("description", "Seconds to wait before a repeat.");
        properties
                .putObject("trace_id")
                .put("type", "string")
                .put("description", "Names this call in the registry's log.");
        problem.putArray("required")
                .add("type")
                .add("title")
                .add("status")
                .add("detail")
                .add("reason");
        schemas.put("Problem", problem);
    }

    private static String name(String fullName) {
        return fullName.startsWith("hanse.") ? fullName.substring("hanse.".length()) : fullName;
    }

    private ObjectNode reference(Descriptor message) {
        String name = name(message.getFullName());
        if (!schemas.containsKey(name)) {
            schemas.put(name, NODES.objectNode());
            schemas.put(name, object(message, List.of()));
        }
        return NODES.objectNode().put("$ref", SCHEMAS + name);
    }

    private ObjectNode reference(EnumDescriptor type) {
        String name = name(type.getFullName());
        if (!schemas.containsKey(name)) {
            ObjectNode schema = NODES.objectNode().put("type", "string");
            StringBuilder description = new StringBuilder(api.comment(type));
            ArrayNode values = schema.putArray("enum");
            for (EnumValueDescriptor value : type.getValues()) {
                values.add(value.getName());
                description
                        .append("\n- `")
                        .append(value.getName())
                        .append("`: ")
                        .append(api.comment(value));
            }
            schema.put("description", description.toString());
            schemas.put(name, schema);
        }
        return NODES.objectNode().put("$ref", SCHEMAS + name);
    }

    /// A body that is the whole message has no field that already stands in the path.
    private ObjectNode bodySchema(Descriptor message, List<String> inPath) {
        return inPath.isEmpty() ? reference(message) : object(message, inPath);
    }

    private ObjectNode object(Descriptor message, List<String> without) {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        schema.put("description", api.comment(message));
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = NODES.arrayNode();
        for (FieldDescriptor field : message.getFields()) {
            if (without.contains(field.getName())) {
                continue;
            }
            ObjectNode property = field(field, false);
            property.put("description", api.comment(field));
            properties.set(field.getName(), property);
            if (isRequired(field)) {
                required.add(field.getName());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static boolean isRequired(FieldDescriptor field) {
        FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
        return rules.getRequired() || rules.getString().getMinLen() > 0;
    }

    /// @param inAddress where a well-known type is written as text
    private ObjectNode field(FieldDescriptor field, boolean inAddress) {
        FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
        if (field.isMapField()) {
            ObjectNode schema = NODES.objectNode().put("type", "object");
            schema.set("additionalProperties", single(field.getMessageType().findFieldByName("value"), rules));
            return schema;
        }
        if (!field.isRepeated()) {
            return single(field, rules);
        }
        ObjectNode schema = NODES.objectNode().put("type", "array");
        schema.set("items", single(field, rules.getRepeated().getItems()));
        if (rules.getRepeated().hasMaxItems()) {
            schema.put("maxItems", rules.getRepeated().getMaxItems());
        }
        return inAddress ? schema.deepCopy() : schema;
    }

    private ObjectNode single(FieldDescriptor field, FieldRules rules) {
        ObjectNode schema = NODES.objectNode();
        switch (field.getType()) {
            case STRING -> {
                if (field.getOptions().getExtension(AccessOuterClass.decimal)) {
                    schema.putArray("type").add("string").add("number");
                    schema.put("format", "decimal");
                    schema.putArray("examples").add("5.25");
                    return schema;
                }
                schema.put("type", "string");
                if (rules.getString().getMinLen() > 0) {
                    schema.put("minLength", rules.getString().getMinLen());
                }
                if (rules.getString().getMaxLen() > 0) {
                    schema.put("maxLength", rules.getString().getMaxLen());
                }
                if (!rules.getString().getPattern().isEmpty()) {
                    schema.put("pattern", rules.getString().getPattern());
                }
                if (rules.getString().getUuid()) {
                    schema.put("format", "uuid");
                }
            }
            case BOOL -> schema.put("type", "boolean");
            case INT32, SINT32, SFIXED32, UINT32, FIXED32 -> {
                schema.put("type", "integer").put("format", "int32");
                if (rules.getInt32().hasGte()) {
                    schema.put("minimum", rules.getInt32().getGte());
                }
                if (rules.getInt32().hasLte()) {
                    schema.put("maximum", rules.getInt32().getLte());
                }
            }
            case INT64, SINT64, SFIXED64, UINT64, FIXED64 ->
                schema.put("type", "string").put("format", "int64").put("pattern", "^-?[0-9]+$");
            case FLOAT, DOUBLE -> schema.put("type", "number");
            case BYTES -> schema.put("type", "string").put("contentEncoding", "base64");
            case ENUM -> {
                return reference(field.getEnumType());
            }
            case MESSAGE, GROUP -> {
                return message(field.getMessageType());
            }
        }
        return schema;
    }

    private ObjectNode message(Descriptor type) {
        return switch (type.getFullName()) {
            case "google.protobuf.Timestamp" ->
                NODES.objectNode().put("type", "string").put("format", "date-time");
            case "google.protobuf.Duration" ->
                NODES.objectNode().put("type", "string").put("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$");
            case "google.protobuf.Struct" -> NODES.objectNode().put("type", "object");
            case "google.protobuf.ListValue" -> {
                ObjectNode list = NODES.objectNode().put("type", "array");
                list.putObject("items");
                yield list;
            }
            default -> type.getFile().getPackage().equals("google.protobuf") ? NODES.objectNode() : reference(type);
        };
    }

    private static String firstSentence(String comment) {
        Matcher end = SENTENCE_END.matcher(comment);
        return (end.find() ? comment.substring(0, end.start()) : comment).replace("`", "");
    }
}
