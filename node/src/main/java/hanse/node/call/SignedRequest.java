package hanse.node.call;

import hanse.wire.SignedText;
import org.jspecify.annotations.Nullable;

/// A request exactly as its caller signed it, to be shown to whoever must be able to check it again.
///
/// @param method in upper case; `POST` over gRPC
/// @param path with its query, exactly as sent; over gRPC the full method name with its leading slash
/// @param nonce empty when none was sent; so is `audience`
/// @param body the signed bytes
public record SignedRequest(
        String method, String path, String timestamp, String nonce, String audience, byte[] body, byte[] signature) {
    /// Longer bodies are not kept.
    public static final int LONGEST_BODY = 16 << 10;

    /// What was signed.
    public byte[] text() {
        @Nullable String signedNonce = nonce.isEmpty() ? null : nonce;
        @Nullable String signedAudience = audience.isEmpty() ? null : audience;
        return SignedText.request(timestamp, method, path, SignedText.sha256(body), signedNonce, signedAudience);
    }
}
