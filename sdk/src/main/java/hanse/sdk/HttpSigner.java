package hanse.sdk;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Signs requests to the REST bridge. The signature covers the method, the path with its query as it stands on the
/// wire, and the body's bytes, so nothing on the way may rewrite them.
///
/// @param credentials who signs
public record HttpSigner(Credentials credentials) {
    private static final byte[] NO_BODY = {};

    /// The headers for one request; sign again for a repeat.
    ///
    /// @param method such as `GET`, upper case
    /// @param pathWithQuery such as `/agents?page_size=10`, percent-encoded as sent
    /// @param body the bytes that are sent; empty when there is none
    public Map<String, String> headers(String method, String pathWithQuery, byte[] body) {
        return credentials.sign(method, pathWithQuery, body).headers();
    }

    /// A signed request without a body.
    public HttpRequest request(String method, URI uri) {
        return signed(
                        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()),
                        method,
                        uri,
                        NO_BODY)
                .build();
    }

    /// A signed request with a JSON body.
    public HttpRequest request(String method, URI uri, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return signed(
                        HttpRequest.newBuilder(uri)
                                .header("content-type", "application/json")
                                .method(method, HttpRequest.BodyPublishers.ofByteArray(body)),
                        method,
                        uri,
                        body)
                .build();
    }

    private HttpRequest.Builder signed(HttpRequest.Builder builder, String method, URI uri, byte[] body) {
        headers(method, pathWithQuery(uri), body).forEach(builder::header);
        return builder;
    }

    /// What stands in the request line for this URI.
    public static String pathWithQuery(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery();
        return query == null ? path : path + "?" + query;
    }
}
