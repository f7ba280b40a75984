package hanse.node.wires;

import hanse.sdk.Credentials;
import java.util.Map;

/// Who asks: the headers of one request, the same over gRPC and over HTTP.
@FunctionalInterface
interface Caller {
    Caller ANYONE = (method, path, body) -> Map.of();

    /// @param path over gRPC the full method name with its leading slash, over HTTP the path with its query
    Map<String, String> headers(String method, String path, byte[] body);

    static Caller of(Credentials credentials) {
        return (method, path, body) -> credentials.sign(method, path, body).headers();
    }
}
