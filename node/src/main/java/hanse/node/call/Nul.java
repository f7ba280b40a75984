package hanse.node.call;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/// The character U+0000, which protobuf carries and PostgreSQL's text does not: a message that holds it in a text could
/// never be stored, so it is refused where it arrives.
public final class Nul {
    private Nul() {}

    /// Paths of the texts that hold it, such as `memo` or `capabilities[1]`. Bytes may hold anything.
    public static List<String> in(Message message) {
        List<String> found = new ArrayList<>();
        collect(message, "", found);
        return found;
    }

    private static void collect(Message message, String outer, List<String> found) {
        message.getAllFields().forEach((field, value) -> {
            String path = outer + field.getName();
            if (field.isRepeated()) {
                int index = 0;
                for (Object item : (List<?>) value) {
                    collect(field, item, path + "[" + index++ + "]", found);
                }
            } else {
                collect(field, value, path, found);
            }
        });
    }

    private static void collect(FieldDescriptor field, Object value, String path, List<String> found) {
        switch (field.getJavaType()) {
            case STRING -> {
                if (((String) value).indexOf('\0') >= 0) {
                    found.add(path);
                }
            }
            case MESSAGE -> collect((Message) value, path + ".", found);
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, BYTE_STRING, ENUM -> {}
        }
    }
}
