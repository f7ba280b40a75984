package hanse.node.federation.hostile;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import hanse.federation.v1.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Messages of the right form that mean nothing: each field of one type has the same value.
final class Nonsense {
    private static final int DEEPEST = 4;
    private static final int FIRST_BODY = 10;

    private Nonsense() {}

    /// One of each kind.
    static List<Message> every(Message frame, String text, long number) {
        List<Message> all = new ArrayList<>();
        for (FieldDescriptor body : Message.getDescriptor().getFields()) {
            if (body.getNumber() >= FIRST_BODY) {
                Message.Builder message = frame.toBuilder().setId(id());
                message.setField(body, filled(message.newBuilderForField(body), text, number, 0));
                all.add(message.build());
            }
        }
        return all;
    }

    private static com.google.protobuf.Message filled(
            com.google.protobuf.Message.Builder message, String text, long number, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (field.isMapField() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth == DEEPEST) {
                continue;
            }
            Object value = switch (field.getJavaType()) {
                case STRING -> text;
                case LONG -> number;
                case INT -> (int) number;
                case BOOLEAN -> number > 0;
                case DOUBLE -> (double) number;
                case FLOAT -> (float) number;
                case BYTE_STRING -> number == 0 ? ByteString.EMPTY : id();
                case ENUM -> someOf(field, number);
                case MESSAGE -> filled(message.newBuilderForField(field), text, number, depth + 1);
            };
            if (field.isRepeated()) {
                message.addRepeatedField(field, value);
            } else {
                message.setField(field, value);
            }
        }
        return message.build();
    }

    private static EnumValueDescriptor someOf(FieldDescriptor field, long number) {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        return values.get((int) Math.floorMod(number, (long) values.size()));
    }

    private static ByteString id() {
        UUID id = UUID.randomUUID();
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }
}
