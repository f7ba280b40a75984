package hanse.sdk;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a buyer sends along with a paid call.
///
/// @param token the payment token, `apt_…`; as good as money, so never in a log or URL
/// @param issuer the id of the registry that issued it; empty when it is the seller's own
public record PaymentHeaders(String token, Optional<String> issuer) {
    /// Name of the header with the token.
    public static final String TOKEN = "X-Payment-Token";

    /// Name of the header with the issuer.
    public static final String ISSUER = "X-Payment-Issuer";

    /// Reads the two header values of an incoming call; empty when there is no token, which a seller answers with 402.
    public static Optional<PaymentHeaders> read(@Nullable String token, @Nullable String issuer) {
        if (token == null || token.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new PaymentHeaders(
                token.strip(), Optional.ofNullable(issuer).map(String::strip).filter(text -> !text.isEmpty())));
    }

    /// As HTTP headers.
    public Map<String, String> headers() {
        return issuer.map(id -> Map.of(TOKEN, token, ISSUER, id)).orElseGet(() -> Map.of(TOKEN, token));
    }

    /// As metadata on the calls of a gRPC stub.
    public ClientInterceptor interceptor() {
        Metadata metadata = new Metadata();
        headers().forEach((name, value) -> metadata.put(SigningInterceptor.ascii(name), value));
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    /// Hides the token.
    @Override
    public String toString() {
        return "PaymentHeaders[" + issuer.orElse("own registry") + "]";
    }
}
