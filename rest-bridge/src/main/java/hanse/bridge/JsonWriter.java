package hanse.bridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/// Messages into JSON: the proto3 mapping with snake_case names, and with defaults written out, so that a caller sees
/// every field that exists. 64-bit integers are strings, as the mapping has it: JavaScript would round them.
final class JsonWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonFormat.Printer WELL_KNOWN = JsonFormat.printer().omittingInsignificantWhitespace();

    private final JsonGenerator json;

    private JsonWriter(JsonGenerator json) {
        this.json = json;
    }

    static byte[] write(DynamicMessage message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            new JsonWriter(json).message(message);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every write", e);
        }
        return out.toByteArray();
    }

    private void message(Message message) throws IOException {
        Descriptor type = message.getDescriptorForType();
        if (type.getFile().getPackage().equals("google.protobuf")) {
            wellKnown(message, type);
            return;
        }
        json.writeStartObject();
        for (FieldDescriptor field : type.getFields()) {
            if (field.hasPresence() && !message.hasField(field)) {
                continue;
            }
            json.writeFieldName(field.getName());
            Object value = message.getField(field);
            if (field.isMapField()) {
                map((List<?>) value, field);
            } else if (field.isRepeated()) {
                json.writeStartArray();
                for (Object item : (List<?>) value) {
                    value(field, item);
                }
                json.writeEndArray();
            } else {
                value(field, value);
            }
        }
        json.writeEndObject();
    }

    private void wellKnown(Message message, Descriptor type) throws IOException {
        if (type.getFullName().equals("google.protobuf.Timestamp")) {
            long seconds = (Long) message.getField(type.findFieldByNumber(1));
            int nanos = (Integer) message.getField(type.findFieldByNumber(2));
            json.writeString(Instant.ofEpochSecond(seconds, nanos).toString());
        } else {
            json.writeRawValue(WELL_KNOWN.print(message));
        }
    }

    private void map(List<?> entries, FieldDescriptor field) throws IOException {
        FieldDescriptor key = field.getMessageType().findFieldByName("key");
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        json.writeStartObject();
        for (Object entry : entries) {
            Message message = (Message) entry;
            json.writeFieldName(String.valueOf(message.getField(key)));
            value(value, message.getField(value));
        }
        json.writeEndObject();
    }

    private void value(FieldDescriptor field, Object value) throws IOException {
        switch (field.getType()) {
            case STRING -> json.writeString((String) value);
            case BOOL -> json.writeBoolean((Boolean) value);
            case INT32, SINT32, SFIXED32 -> json.writeNumber((Integer) value);
            case UINT32, FIXED32 -> json.writeNumber(Integer.toUnsignedLong((Integer) value));
            case INT64, SINT64, SFIXED64 -> json.writeString(Long.toString((Long) value));
            case UINT64, FIXED64 -> json.writeString(Long.toUnsignedString((Long) value));
            // JSON has no NaN and no infinity; the mapping writes them as strings, and so does Jackson.
            case FLOAT -> json.writeNumber((Float) value);
            case DOUBLE -> json.writeNumber((Double) value);
            case ENUM -> {
                EnumValueDescriptor named = (EnumValueDescriptor) value;
                if (named.getIndex() < 0) {
                    json.writeNumber(named.getNumber());
                } else {
                    json.writeString(named.getName());
                }
            }
            case BYTES -> json.writeString(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case MESSAGE, GROUP -> message((Message) value);
        }
    }
}
