package hanse.node.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;

/// JSON as the HTTP API writes it: snake_case, every field.
final class Json {
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();

    private Json() {}

    static String pretty(MessageOrBuilder message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message of ours cannot be written as JSON", e);
        }
    }

    /// On one line, for streams.
    static String line(MessageOrBuilder message) {
        try {
            return PRINTER.omittingInsignificantWhitespace().print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message of ours cannot be written as JSON", e);
        }
    }

    static void read(String json, Message.Builder into) {
        try {
            JsonFormat.parser().merge(json.isBlank() ? "{}" : json, into);
        } catch (InvalidProtocolBufferException e) {
            throw CommandException.usage(
                    "That is not a " + into.getDescriptorForType().getName() + " in JSON: " + e.getMessage());
        }
    }
}
