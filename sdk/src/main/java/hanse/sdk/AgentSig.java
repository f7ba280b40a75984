package hanse.sdk;

import hanse.wire.Headers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The headers that carry one signature.
///
/// @param authorization `AgentSig <subject>:<base64 signature>`
/// @param timestamp ISO 8601, as signed
/// @param nonce as signed, when there is one
/// @param audience as signed, when there is one
public record AgentSig(String authorization, String timestamp, Optional<String> nonce, Optional<String> audience) {

    /// Header names and values, in the order in which they are described.
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(Headers.AUTHORIZATION, authorization);
        headers.put(Headers.TIMESTAMP, timestamp);
        nonce.ifPresent(value -> headers.put(Headers.NONCE, value));
        audience.ifPresent(value -> headers.put(Headers.AUDIENCE, value));
        return headers;
    }

    /// The signature alone, base64.
    public String signature() {
        return authorization.substring(authorization.lastIndexOf(':') + 1);
    }
}
