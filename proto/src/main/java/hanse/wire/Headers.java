package hanse.wire;

/// Names of the headers (gRPC metadata keys) that callers, bridges and nodes exchange.
public final class Headers {
    private Headers() {}

    /// `AgentSig <agent UUID or DID>:<base64 signature>`, `AgentSig operator:<name>:<base64 signature>` or `Bearer
    /// <session>`.
    public static final String AUTHORIZATION = "authorization";

    /// ISO 8601, accepted from 30 s ago to 5 s ahead.
    public static final String TIMESTAMP = "x-timestamp";

    /// Optional; makes two otherwise equal requests different. At most 64 characters.
    public static final String NONCE = "x-nonce";

    /// The registry's id.
    public static final String AUDIENCE = "x-audience";

    /// On an answer: this is the remembered outcome of an earlier call.
    public static final String IDEMPOTENT_REPLAYED = "idempotent-replayed";

    /// Over REST, instead of the request's `request_id`.
    public static final String IDEMPOTENCY_KEY = "idempotency-key";

    public static final String RATE_LIMIT = "x-ratelimit-limit";
    public static final String RATE_REMAINING = "x-ratelimit-remaining";
    /// Seconds since 1970 at which the bucket is full again.
    public static final String RATE_RESET = "x-ratelimit-reset";
    /// Seconds; only when limited.
    public static final String RETRY_AFTER = "retry-after";

    /// W3C trace context.
    public static final String TRACEPARENT = "traceparent";

    /// From a bridge only: the HTTP method, path with query, and hex SHA-256 of the body that the caller really signed.
    public static final String HTTP_METHOD = "x-hanse-http-method";

    public static final String HTTP_PATH = "x-hanse-http-path";
    public static final String HTTP_BODY_SHA256 = "x-hanse-http-body-sha256";

    /// From a bridge only: the body itself, for an RPC that declares to need it as it was signed.
    public static final String HTTP_BODY = "x-hanse-http-body-bin";

    /// From a bridge only: the address of the HTTP client.
    public static final String CLIENT_ADDRESS = "x-hanse-client-address";
}
