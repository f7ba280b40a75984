package hanse.node.wires;

import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A message as HTTP asks it by one binding: what a client would write who has read the API's definition.
///
/// @param target path and query
/// @param body empty when there is none
record HttpQuestion(String method, String target, String body) {

    static HttpQuestion of(HttpRule binding, DynamicMessage request) {
        String path = path(binding);
        DynamicMessage.Builder rest = request.toBuilder();
        for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
            String variable = "{" + field.getName() + "}";
            if (path.contains(variable)) {
                path = path.replace(variable, encoded(request.getField(field)));
                rest.clearField(field);
            }
        }
        if (binding.getBody().equals("*")) {
            return new HttpQuestion(method(binding), path, json(rest.build()));
        }
        String query = query(rest.build());
        return new HttpQuestion(method(binding), query.isEmpty() ? path : path + "?" + query, "");
    }

    private static String query(DynamicMessage rest) {
        List<String> pairs = new ArrayList<>();
        rest.getAllFields().forEach((field, value) -> {
            for (Object item : field.isRepeated() ? (List<?>) value : List.of(value)) {
                if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    throw new IllegalArgumentException(field + " does not fit into a query");
                }
                pairs.add(field.getName() + "=" + encoded(item));
            }
        });
        return String.join("&", pairs);
    }

    private static String encoded(Object value) {
        String text = value instanceof EnumValueDescriptor named ? named.getName() : String.valueOf(value);
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String json(DynamicMessage message) {
        try {
            return JsonFormat.printer().preservingProtoFieldNames().print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String method(HttpRule binding) {
        return binding.getPatternCase().name();
    }

    static String path(HttpRule binding) {
        return Map.of(
                        HttpRule.PatternCase.GET, binding.getGet(),
                        HttpRule.PatternCase.PUT, binding.getPut(),
                        HttpRule.PatternCase.POST, binding.getPost(),
                        HttpRule.PatternCase.DELETE, binding.getDelete(),
                        HttpRule.PatternCase.PATCH, binding.getPatch())
                .get(binding.getPatternCase());
    }
}
