package hanse.bridge;

import java.util.ArrayList;
import java.util.List;

/// The path of an HTTP binding: segments that are literal or name the field that they fill.
///
/// Only whole segments can be variables. The wider syntax of `google.api.http` (`{name=shelves/*}`, `**`, `:verb`) is
/// refused at start, so that an RPC which uses it is not silently out of reach.
record PathTemplate(String text, List<Segment> segments) {
    sealed interface Segment {
        record Literal(String text) implements Segment {}

        /// @param field the field's path in the request message, such as `agent_id` or `filter.tenant`
        record Variable(String field) implements Segment {}
    }

    static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("an HTTP binding starts with a slash, not " + text);
        }
        List<Segment> segments = new ArrayList<>();
        for (String part : text.substring(1).split("/", -1)) {
            if (part.startsWith("{") && part.endsWith("}")) {
                String name = part.substring(1, part.length() - 1);
                segments.add(new Segment.Variable(name.endsWith("=*") ? name.substring(0, name.length() - 2) : name));
            } else {
                segments.add(new Segment.Literal(part));
            }
        }
        for (Segment segment : segments) {
            String inner = switch (segment) {
                case Segment.Literal literal -> literal.text();
                case Segment.Variable variable -> variable.field();
            };
            if (inner.isEmpty() || inner.chars().anyMatch(c -> "{}*=:%?#".indexOf(c) >= 0)) {
                throw new IllegalArgumentException("the bridge serves no HTTP binding of the form " + text);
            }
        }
        return new PathTemplate(text, List.copyOf(segments));
    }

    List<String> variables() {
        return segments.stream()
                .filter(Segment.Variable.class::isInstance)
                .map(s -> ((Segment.Variable) s).field())
                .toList();
    }
}
