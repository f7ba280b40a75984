package hanse.node.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// JSON as the HTTP API writes it: snake_case, every field.
final class Json {
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();

    /// The printer writes for a page of HTML, where `=` is an escape; keys and signatures are full of them. An escape
    /// whose backslash is itself escaped is none.
    private static final Pattern FOR_HTML = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u(003c|003e|0026|003d|0027)");

    private Json() {}

    static String pretty(MessageOrBuilder message) {
        return print(PRINTER, message);
    }

    /// On one line, for streams.
    static String line(MessageOrBuilder message) {
        return print(PRINTER.omittingInsignificantWhitespace(), message);
    }

    private static String print(JsonFormat.Printer printer, MessageOrBuilder message) {
        try {
            return FOR_HTML.matcher(printer.print(message))
                    .replaceAll(escape -> Matcher.quoteReplacement(
                            escape.group(1) + (char) HexFormat.fromHexDigits(escape.group(2))));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message of ours cannot be written as JSON", e);
        }
    }

    /// Whether nothing stands around what can be read, and no number is written in two ways: the reader stops at the
    /// end of the first object, and takes zeros before a number.
    static boolean isOneObject(String json) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (quoted) {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
            } else if (c == '0' && isDigit(json, i + 1) && !isDigit(json, i - 1)) {
                return false;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return json.substring(i + 1).matches("[ \\t\\r\\n]*");
            }
        }
        return false;
    }

    private static boolean isDigit(String text, int at) {
        return at >= 0 && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
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
