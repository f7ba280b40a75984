package hanse.bridge;

import com.linecorp.armeria.common.HttpMethod;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the operation of a method and path. A literal segment goes before a variable one, whatever the order in which
/// bindings were declared, and a trailing slash changes nothing.
final class Router {
    /// What a path leads to.
    sealed interface Route {
        /// @param values of the template's variables, decoded, in order
        record Found(Operation operation, Operation.Binding binding, List<String> values) implements Route {}

        /// The path exists with these methods only.
        record OtherMethods(Set<HttpMethod> allowed) implements Route {}

        record Nothing() implements Route {}
    }

    private record Target(Operation operation, Operation.Binding binding) {}

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private @Nullable Node variable;
        private final Map<HttpMethod, Target> targets = new EnumMap<>(HttpMethod.class);
    }

    private final Node root = new Node();

    Router(List<Operation> operations) {
        for (Operation operation : operations) {
            for (Operation.Binding binding : operation.bindings()) {
                add(operation, binding);
            }
        }
    }

    private void add(Operation operation, Operation.Binding binding) {
        Node node = root;
        for (PathTemplate.Segment segment : binding.path().segments()) {
            node = switch (segment) {
                case PathTemplate.Segment.Literal literal ->
                    node.literals.computeIfAbsent(literal.text(), any -> new Node());
                case PathTemplate.Segment.Variable _ -> {
                    Node next = node.variable;
                    if (next == null) {
                        next = new Node();
                        node.variable = next;
                    }
                    yield next;
                }
            };
        }
        Target before = node.targets.putIfAbsent(binding.method(), new Target(operation, binding));
        if (before != null) {
            throw new IllegalStateException(
                    binding.method() + " " + binding.path().text() + " is bound to both "
                            + before.operation().rpc().getFullName() + " and "
                            + operation.rpc().getFullName());
        }
    }

    /// @param path raw, without the query
    Route find(HttpMethod method, String path) {
        List<String> segments = new ArrayList<>(8);
        int end = path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length();
        for (int start = 1; start <= end; ) {
            int slash = path.indexOf('/', start);
            int stop = slash < 0 || slash > end ? end : slash;
            String decoded = Percent.decode(path.substring(start, stop), false);
            if (decoded == null || decoded.isEmpty()) {
                return new Route.Nothing();
            }
            segments.add(decoded);
            start = stop + 1;
        }
        Set<HttpMethod> allowed = EnumSet.noneOf(HttpMethod.class);
        Route found = walk(root, segments, 0, new ArrayList<>(2), method, allowed);
        if (found != null) {
            return found;
        }
        return allowed.isEmpty() ? new Route.Nothing() : new Route.OtherMethods(allowed);
    }

    private static @Nullable Route walk(
            Node node, List<String> segments, int at, List<String> values, HttpMethod method, Set<HttpMethod> allowed) {
        if (at == segments.size()) {
            allowed.addAll(node.targets.keySet());
            Target target = node.targets.get(method);
            return target == null ? null : new Route.Found(target.operation(), target.binding(), List.copyOf(values));
        }
        Node literal = node.literals.get(segments.get(at));
        if (literal != null) {
            Route found = walk(literal, segments, at + 1, values, method, allowed);
            if (found != null) {
                return found;
            }
        }
        Node variable = node.variable;
        if (variable == null) {
            return null;
        }
        values.add(segments.get(at));
        Route found = walk(variable, segments, at + 1, values, method, allowed);
        values.removeLast();
        return found;
    }
}
