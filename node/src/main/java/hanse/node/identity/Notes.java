package hanse.node.identity;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Values;
import java.util.Map;

/// Details of an event, as the JSON object that the journal keeps.
public final class Notes {
    private Notes() {}

    public static String json(Map<String, String> details) {
        Struct.Builder struct = Struct.newBuilder();
        details.forEach((name, value) -> struct.putFields(name, Values.of(value)));
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(struct);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an object of strings is always JSON", e);
        }
    }
}
