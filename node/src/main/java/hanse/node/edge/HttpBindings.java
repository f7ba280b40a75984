package hanse.node.edge;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import hanse.node.access.Presented.Envelope;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The HTTP requests that are an RPC. A bridge translates what others have signed; that it was a request for this very
/// RPC is not left to it.
record HttpBindings(List<Binding> all) {
    /// @param segments of the path; a variable is empty
    private record Binding(String method, List<String> segments) {
        boolean is(String otherMethod, List<String> path) {
            if (!method.equals(otherMethod) || segments.size() != path.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                if (!segments.get(i).isEmpty() && !segments.get(i).equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    static HttpBindings of(MethodDescriptor rpc) {
        HttpRule rule = rpc.getOptions().getExtension(AnnotationsProto.http);
        return new HttpBindings(Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
                .flatMap(HttpBindings::binding)
                .toList());
    }

    private static Stream<Binding> binding(HttpRule rule) {
        return switch (rule.getPatternCase()) {
            case GET -> binding("GET", rule.getGet());
            case PUT -> binding("PUT", rule.getPut());
            case POST -> binding("POST", rule.getPost());
            case DELETE -> binding("DELETE", rule.getDelete());
            case PATCH -> binding("PATCH", rule.getPatch());
            case CUSTOM, PATTERN_NOT_SET -> Stream.empty();
        };
    }

    private static Stream<Binding> binding(String method, String template) {
        return Stream.of(new Binding(
                method,
                segments(template).map(part -> part.startsWith("{") ? "" : part).toList()));
    }

    /// Whether this is what was signed.
    boolean cover(Envelope envelope) {
        String target = envelope.path();
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        List<String> segments;
        try {
            segments = segments(path)
                    .map(part -> part.indexOf('%') < 0 ? part : URLDecoder.decode(part, StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException brokenEscape) {
            return false;
        }
        // HEAD is GET without the body.
        String method = envelope.method().equals("HEAD") ? "GET" : envelope.method();
        return all.stream().anyMatch(binding -> binding.is(method, segments));
    }

    /// Without a last slash, which changes nothing.
    private static Stream<String> segments(String path) {
        return Arrays.stream(path.split("/")).skip(1);
    }
}
