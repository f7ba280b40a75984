package hanse.node.edge;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.CompilationException;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import build.buf.validate.ValidateProto;
import build.buf.validate.Violation;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import hanse.node.call.Nul;
import hanse.node.call.RefusedException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Enforces the rules that stand in the request messages' definitions, and that no text holds U+0000. All evaluators
/// are built at start; a message type without a rule, itself or in a part of it, costs nothing.
final class Validation {
    private final Validator validator;
    private final Set<Descriptor> ruled;

    /// @throws IllegalStateException when a rule in a definition is itself wrong
    Validation(Collection<Descriptor> requests) {
        this.ruled = Set.copyOf(requests.stream().filter(Validation::hasRules).toList());
        try {
            this.validator = ValidatorFactory.newBuilder()
                    .withConfig(Config.newBuilder().setEnableNativeRules(true).build())
                    .buildWithDescriptors(List.copyOf(ruled), true);
        } catch (CompilationException e) {
            throw new IllegalStateException("a validation rule in the definitions is wrong", e);
        }
    }

    /// Refuses with `INVALID_ARGUMENT` and every violation.
    ///
    /// @param mayHoldNul whether to look for U+0000 in texts
    void check(Message message, boolean mayHoldNul) {
        Map<String, String> violations = new TreeMap<>();
        if (mayHoldNul) {
            Nul.in(message).forEach(path -> violations.put(path, "the character U+0000 is not allowed"));
        }
        if (ruled.contains(message.getDescriptorForType())) {
            for (var violation : validate(message).getViolations()) {
                Violation wire = violation.toProto();
                violations.merge(path(wire.getField()), what(wire), (a, b) -> a + "; " + b);
            }
        }
        if (!violations.isEmpty()) {
            throw RefusedException.invalid(violations);
        }
    }

    private ValidationResult validate(Message message) {
        try {
            return validator.validate(message);
        } catch (ValidationException e) {
            throw new IllegalStateException("a validation rule failed", e);
        }
    }

    private static String what(Violation violation) {
        return violation.getMessage().isEmpty() ? violation.getRuleId() : violation.getMessage();
    }

    private static String path(FieldPath path) {
        StringBuilder text = new StringBuilder();
        for (FieldPathElement element : path.getElementsList()) {
            if (!text.isEmpty()) {
                text.append('.');
            }
            text.append(element.getFieldName());
            switch (element.getSubscriptCase()) {
                case INDEX -> text.append('[').append(element.getIndex()).append(']');
                case STRING_KEY ->
                    text.append('[').append(element.getStringKey()).append(']');
                case INT_KEY -> text.append('[').append(element.getIntKey()).append(']');
                case UINT_KEY -> text.append('[').append(element.getUintKey()).append(']');
                case BOOL_KEY -> text.append('[').append(element.getBoolKey()).append(']');
                case SUBSCRIPT_NOT_SET -> {}
            }
        }
        return text.toString();
    }

    private static boolean hasRules(Descriptor request) {
        Set<Descriptor> seen = new HashSet<>();
        Deque<Descriptor> open = new ArrayDeque<>(List.of(request));
        while (!open.isEmpty()) {
            Descriptor type = open.pop();
            if (!seen.add(type)) {
                continue;
            }
            if (type.getOptions().hasExtension(ValidateProto.message)
                    || type.getOneofs().stream().anyMatch(o -> o.getOptions().hasExtension(ValidateProto.oneof))) {
                return true;
            }
            for (FieldDescriptor field : type.getFields()) {
                if (field.getOptions().hasExtension(ValidateProto.field)) {
                    return true;
                }
                if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    open.push(field.getMessageType());
                }
            }
        }
        return false;
    }
}
