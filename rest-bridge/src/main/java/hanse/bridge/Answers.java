package hanse.bridge;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import hanse.wire.Headers;
import io.grpc.Metadata;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes every answer of the bridge, so that each carries the same protective headers and the origins' permission.
final class Answers {
    private static final MediaType PROBLEM = MediaType.parse("application/problem+json");

    private static final String ALLOWED_REQUEST_HEADERS = String.join(
            ", ",
            Headers.AUTHORIZATION,
            "content-type",
            Headers.TIMESTAMP,
            Headers.NONCE,
            Headers.AUDIENCE,
            Headers.IDEMPOTENCY_KEY,
            Headers.TRACEPARENT,
            "x-payment-token",
            "x-payment-issuer",
            "last-event-id");

    /// What the node may say in metadata that reaches an HTTP client as a header.
    private static final List<Metadata.Key<String>> FROM_NODE = List.of(
            Envelope.key(Headers.IDEMPOTENT_REPLAYED),
            Envelope.key(Headers.RATE_LIMIT),
            Envelope.key(Headers.RATE_REMAINING),
            Envelope.key(Headers.RATE_RESET),
            Envelope.key(Headers.RETRY_AFTER));

    private static final String EXPOSED_HEADERS =
            FROM_NODE.stream().map(Metadata.Key::name).collect(Collectors.joining(", ")) + ", location";

    private final Set<String> origins;

    Answers(List<String> corsOrigins) {
        this.origins = Set.copyOf(corsOrigins);
    }

    /// Headers that every answer has.
    ///
    /// @param request null when not even the request's headers could be read
    ResponseHeadersBuilder begin(HttpStatus status, @Nullable RequestHeaders request) {
        ResponseHeadersBuilder headers = ResponseHeaders.builder(status);
        headers.set(HttpHeaderNames.STRICT_TRANSPORT_SECURITY, "max-age=31536000");
        headers.set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff");
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (!origins.isEmpty()) {
            headers.add(HttpHeaderNames.VARY, "Origin");
            String origin = request == null ? null : request.get(HttpHeaderNames.ORIGIN);
            if (allows(origin)) {
                headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origins.contains("*") ? "*" : origin);
                headers.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
            }
        }
        return headers;
    }

    private boolean allows(@Nullable String origin) {
        return origin != null && (origins.contains("*") || origins.contains(origin));
    }

    /// Adds what the node said beside its answer; the trailers have the last word.
    static void fromNode(ResponseHeadersBuilder headers, Metadata... spoken) {
        for (Metadata metadata : spoken) {
            for (Metadata.Key<String> key : FROM_NODE) {
                String value = metadata.get(key);
                if (value != null) {
                    headers.set(key.name(), value);
                }
            }
        }
    }

    HttpResponse json(ResponseHeadersBuilder headers, RequestHeaders request, byte[] json) {
        return content(headers, request, MediaType.JSON, json);
    }

    static HttpResponse content(
            ResponseHeadersBuilder headers, RequestHeaders request, MediaType type, byte[] content) {
        headers.contentType(type);
        headers.contentLength(content.length);
        return request.method() == HttpMethod.HEAD
                ? HttpResponse.of(headers.build())
                : HttpResponse.of(headers.build(), HttpData.wrap(content));
    }

    HttpResponse problem(Problem problem, @Nullable RequestHeaders request, Metadata... spoken) {
        return aggregatedProblem(problem, request, spoken).toHttpResponse();
    }

    AggregatedHttpResponse aggregatedProblem(Problem problem, @Nullable RequestHeaders request, Metadata... spoken) {
        ResponseHeadersBuilder headers = begin(problem.httpStatus(), request);
        fromNode(headers, spoken);
        if (problem.retryAfter().isPresent() && !headers.contains(Headers.RETRY_AFTER)) {
            headers.set(Headers.RETRY_AFTER, Long.toString(problem.retryAfter().getAsLong()));
        }
        if (problem.status() == HttpStatus.UNAUTHORIZED.code()) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "AgentSig, Bearer");
        }
        headers.contentType(PROBLEM);
        byte[] json = problem.json();
        headers.contentLength(json.length);
        boolean head = request != null && request.method() == HttpMethod.HEAD;
        return AggregatedHttpResponse.of(headers.build(), head ? HttpData.empty() : HttpData.wrap(json));
    }

    /// What may be done to a path, and, to a browser that asks for a page of an allowed origin, what it may send.
    HttpResponse options(RequestHeaders request, Collection<HttpMethod> methods) {
        ResponseHeadersBuilder headers = begin(HttpStatus.NO_CONTENT, request);
        headers.set(HttpHeaderNames.ALLOW, join(methods));
        if (allows(request.get(HttpHeaderNames.ORIGIN))
                && request.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, join(methods));
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_REQUEST_HEADERS);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
        }
        return HttpResponse.of(headers.build());
    }

    HttpResponse methodNotAllowed(RequestHeaders request, Problem problem, Collection<HttpMethod> methods) {
        AggregatedHttpResponse answer = aggregatedProblem(problem, request);
        return HttpResponse.of(
                answer.headers().toBuilder()
                        .set(HttpHeaderNames.ALLOW, join(methods))
                        .build(),
                answer.content());
    }

    private static String join(Collection<HttpMethod> methods) {
        return methods.stream().map(Enum::name).sorted().collect(Collectors.joining(", "));
    }
}
