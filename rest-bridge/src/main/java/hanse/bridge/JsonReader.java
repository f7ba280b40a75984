package hanse.bridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import hanse.access.v1.AccessOuterClass;
import hanse.error.v1.Reason;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// JSON into messages: the proto3 mapping, read strictly. What it cannot place it refuses, because a misspelt `amuont`
/// that is skipped is money that goes astray: unknown and repeated names, bytes that are not UTF-8, half surrogates,
/// a second value after the first.
///
/// Field names are taken in snake_case or lowerCamelCase. A field with the `decimal` option may be a JSON number, which
/// is carried over digit by digit.
final class JsonReader {
    /// More digits than this are in no amount; an exponent must not make a small text a huge one.
    private static final int LONGEST_NUMBER = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(LONGEST_NUMBER)
                    .build())
            .build();

    private final JsonParser json;

    private JsonReader(JsonParser json) {
        this.json = json;
    }

    /// Reads a whole message.
    ///
    /// @param bytes the body exactly as sent; nothing at all reads as `{}`
    static void readMessage(byte[] bytes, DynamicMessage.Builder into) {
        read(bytes, reader -> reader.message(into, ""));
    }

    /// Reads the value of one field.
    static void readField(byte[] bytes, DynamicMessage.Builder into, FieldDescriptor field) {
        read(bytes, reader -> reader.field(into, field, field.getName()));
    }

    private interface Step {
        void read(JsonReader reader) throws IOException;
    }

    private static void read(byte[] bytes, Step step) {
        if (bytes.length == 0) {
            return;
        }
        ByteString utf8 = ByteString.copyFrom(bytes);
        if (!utf8.isValidUtf8()) {
            throw RefusedException.because(Reason.MALFORMED_BODY, "The body is not UTF-8.");
        }
        try (JsonParser json = JSON.createParser(utf8.toString(StandardCharsets.UTF_8))) {
            if (json.nextToken() == null) {
                return;
            }
            step.read(new JsonReader(json));
            if (json.nextToken() != null) {
                throw RefusedException.because(Reason.MALFORMED_BODY, "Something follows the JSON value.");
            }
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw RefusedException.because(
                    Reason.MALFORMED_BODY,
                    at == null
                            ? "The body is not JSON."
                            : "The body is not JSON, or has a name twice, at line " + at.getLineNr() + ", column "
                                    + at.getColumnNr() + ".");
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be read", e);
        }
    }

    private void message(DynamicMessage.Builder into, String path) throws IOException {
        Descriptor type = into.getDescriptorForType();
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(path, "an object is expected");
        }
        Set<FieldDescriptor> seen = new HashSet<>();
        Set<String> oneofs = new HashSet<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            FieldDescriptor field = byName(type, name);
            String at = path.isEmpty() ? name : path + "." + name;
            if (field == null) {
                throw malformed(at, "no such field");
            }
            if (!seen.add(field)) {
                throw malformed(at, "given twice");
            }
            json.nextToken();
            if (json.currentToken() != JsonToken.VALUE_NULL
                    && field.getRealContainingOneof() != null
                    && !oneofs.add(field.getRealContainingOneof().getName())) {
                throw malformed(at, "another field of the same choice is given");
            }
            field(into, field, at);
        }
    }

    static @Nullable FieldDescriptor byName(Descriptor type, String name) {
        FieldDescriptor field = type.findFieldByName(name);
        if (field != null) {
            return field;
        }
        for (FieldDescriptor candidate : type.getFields()) {
            if (candidate.getJsonName().equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    private void field(DynamicMessage.Builder into, FieldDescriptor field, String path) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL && !isJsonValue(field)) {
            return;
        }
        if (field.isMapField()) {
            map(into, field, path);
        } else if (field.isRepeated()) {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw malformed(path, "an array is expected");
            }
            for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                into.addRepeatedField(field, value(into, field, path + "[" + i + "]"));
            }
        } else {
            into.setField(field, value(into, field, path));
        }
    }

    private void map(DynamicMessage.Builder into, FieldDescriptor field, String path) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(path, "an object is expected");
        }
        FieldDescriptor keyField = field.getMessageType().findFieldByName("key");
        FieldDescriptor valueField = field.getMessageType().findFieldByName("value");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            String at = path + "." + key;
            json.nextToken();
            DynamicMessage.Builder entry = DynamicMessage.newBuilder(field.getMessageType());
            entry.setField(keyField, scalar(keyField, key, at));
            entry.setField(valueField, value(entry, valueField, at));
            into.addRepeatedField(field, entry.build());
        }
    }

    private Object value(DynamicMessage.Builder parent, FieldDescriptor field, String path) throws IOException {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return messageValue(parent, field, path);
        }
        JsonToken token = json.currentToken();
        return switch (field.getJavaType()) {
            case BOOLEAN ->
                switch (token) {
                    case VALUE_TRUE -> true;
                    case VALUE_FALSE -> false;
                    default -> throw malformed(path, "true or false is expected");
                };
            case STRING -> {
                if (token == JsonToken.VALUE_STRING) {
                    yield scalar(field, json.getText(), path);
                }
                boolean number = token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
                if (number && field.getOptions().getExtension(AccessOuterClass.decimal)) {
                    yield exact(json.getText(), path);
                }
                throw malformed(path, "a string is expected");
            }
            case BYTE_STRING -> {
                if (token != JsonToken.VALUE_STRING) {
                    throw malformed(path, "a string in base64 is expected");
                }
                yield scalar(field, json.getText(), path);
            }
            case INT, LONG, FLOAT, DOUBLE, ENUM ->
                switch (token) {
                    case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(field, json.getText(), path);
                    default -> throw malformed(path, "a number or a string is expected");
                };
            case MESSAGE -> throw new IllegalStateException("messages are read above");
        };
    }

    private Message messageValue(DynamicMessage.Builder parent, FieldDescriptor field, String path) throws IOException {
        Message.Builder builder = parent.newBuilderForField(field);
        if (!field.getMessageType().getFile().getPackage().equals("google.protobuf")) {
            message((DynamicMessage.Builder) builder, path);
            return builder.build();
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            copy.copyCurrentStructure(json);
        }
        return wellKnown(builder, text.toString(), path);
    }

    private static Message wellKnown(Message.Builder builder, String text, String path) {
        try {
            JsonFormat.parser().merge(text, builder);
            return builder.build();
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            throw malformed(
                    path,
                    "not a " + builder.getDescriptorForType().getName() + " as the JSON mapping of protobuf writes it");
        }
    }

    /// A value that stands as text in a JSON string, a path or a query.
    ///
    /// @param path for the refusal
    static Object scalar(FieldDescriptor field, String text, String path) {
        return switch (field.getType()) {
            case STRING -> {
                for (int i = 0; i < text.length(); i++) {
                    char c = text.charAt(i);
                    if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        i++;
                    } else if (Character.isSurrogate(c)) {
                        throw malformed(path, "half a surrogate pair is no character");
                    }
                }
                yield text;
            }
            case BOOL ->
                switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw malformed(path, "true or false is expected");
                };
            case INT32, SINT32, SFIXED32 -> (int) integer(text, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32, FIXED32 -> (int) integer(text, path, 0, 0xffff_ffffL);
            case INT64, SINT64, SFIXED64 -> integer(text, path, Long.MIN_VALUE, Long.MAX_VALUE);
            case UINT64, FIXED64 -> integer(text, path, 0, Long.MAX_VALUE);
            case FLOAT -> (float) number(text, path);
            case DOUBLE -> number(text, path);
            case ENUM -> enumValue(field, text, path);
            case BYTES -> bytes(text, path);
            case MESSAGE -> {
                Message.Builder builder = DynamicMessage.newBuilder(field.getMessageType());
                if (!field.getMessageType().getFile().getPackage().equals("google.protobuf")) {
                    throw malformed(path, "a message cannot be written here");
                }
                yield wellKnown(builder, quoted(text), path);
            }
            case GROUP -> throw malformed(path, "a group cannot be written here");
        };
    }

    private static String quoted(String text) {
        StringWriter quoted = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(quoted)) {
            json.writeString(text);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every write", e);
        }
        return quoted.toString();
    }

    private static long integer(String text, String path, long least, long most) {
        long value;
        try {
            value = decimal(text, path).longValueExact();
        } catch (ArithmeticException e) {
            throw malformed(path, "an integer is expected");
        }
        if (value < least || value > most) {
            throw malformed(path, "out of range");
        }
        return value;
    }

    private static double number(String text, String path) {
        double value = decimal(text, path).doubleValue();
        if (!Double.isFinite(value)) {
            throw malformed(path, "out of range");
        }
        return value;
    }

    private static BigDecimal decimal(String text, String path) {
        try {
            if (text.length() <= LONGEST_NUMBER) {
                BigDecimal value = new BigDecimal(text);
                if (Math.abs((long) value.scale()) <= LONGEST_NUMBER) {
                    return value;
                }
            }
        } catch (NumberFormatException e) {
            throw malformed(path, "a number is expected");
        }
        throw malformed(path, "out of range");
    }

    /// An amount, digit by digit: `5.25` stays "5.25" and `1e2` is "100". What is too large or too fine to be written
    /// out is no amount either.
    private static String exact(String text, String path) {
        BigDecimal value = new BigDecimal(text);
        if (Math.abs((long) value.scale()) > LONGEST_NUMBER || value.precision() > LONGEST_NUMBER) {
            throw RefusedException.field(Reason.BAD_AMOUNT, path, "out of range");
        }
        return value.toPlainString();
    }

    private static EnumValueDescriptor enumValue(FieldDescriptor field, String text, String path) {
        EnumValueDescriptor byName = field.getEnumType().findValueByName(text);
        if (byName != null) {
            return byName;
        }
        boolean number = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        EnumValueDescriptor byNumber = number ? field.getEnumType().findValueByNumber(Integer.parseInt(text)) : null;
        if (byNumber == null) {
            throw malformed(path, "not one of the values");
        }
        return byNumber;
    }

    private static ByteString bytes(String text, String path) {
        try {
            boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
            return ByteString.copyFrom((url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
        } catch (IllegalArgumentException e) {
            throw malformed(path, "not base64");
        }
    }

    private static boolean isJsonValue(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && field.getMessageType().getFullName().equals("google.protobuf.Value");
    }

    private static RefusedException malformed(String path, String what) {
        String shortened = path.length() > 120 ? path.substring(0, 120) + "…" : path;
        return shortened.isEmpty()
                ? RefusedException.because(Reason.MALFORMED_BODY, "The body: " + what + ".")
                : RefusedException.field(Reason.MALFORMED_BODY, shortened, what);
    }
}
